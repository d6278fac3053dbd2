import EventLog
import HTTPTypes
import Ledger

extension Problem {
  /// The ledger's refusal, with its status.
  init(_ refusal: Refusal) {
    let (status, title): (HTTPResponse.Status, String) =
      switch refusal.kind {
      case .malformed: (.badRequest, "Malformed")
      case .forbidden: (.forbidden, "Not allowed")
      case .notFound: (.notFound, "Not found")
      case .conflict: (.conflict, "Conflict")
      case .tooLarge: (.contentTooLarge, "Too large")
      case .unsupportedMediaType: (.unsupportedMediaType, "Content type not supported")
      case .unprocessable: (.unprocessableContent, "Not as the domain pack says")
      case .overloaded: (.tooManyRequests, "Overloaded")
      case .outcomeUnknown: (.serviceUnavailable, "Outcome unknown")
      case .unavailable: (.serviceUnavailable, "Unavailable")
      case .diskFull: (Problem.insufficientStorage, "Disk full")
      }
    self.init(status, refusal.kind.rawValue, title: title, refusal.detail, pointer: refusal.pointer)
    if status == .tooManyRequests || status == .serviceUnavailable { headers[.retryAfter] = Problem.pause }
  }

  /// 507, RFC 4918 §11.5.
  private static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")

  /// Seconds a client should wait before it tries again (RFC 9110 §10.2.3).
  static let pause = "1"

  /// The daemon is there and cannot do it now.
  static func unavailable(_ detail: String) -> Problem {
    Problem(Refusal(.unavailable, detail))
  }

  /// The log on the disk is not what was written.
  static func damaged(_ error: DamagedRecord) -> Problem {
    Problem(.internalServerError, "damaged", title: "Damaged on the disk", "\(error)")
  }

  /// The ledger is not open yet.
  static var recovering: Problem {
    var problem = unavailable("the ledger is being opened; try again")
    problem.name = "recovering"
    problem.title = "Recovering"
    return problem
  }
}
