import TransparencyLog

/// What a witness answers to add-checkpoint (C2SP tlog-witness).
public enum WitnessAnswer: Sendable, Hashable {
  /// The cosignature, one line of a note. The checkpoint is the newest one the witness knows, also after a crash.
  case cosigned(String)
  /// Not a request, or one from a larger tree to a smaller one.
  case malformed(String)
  /// No key that is trusted for this log has signed, or a signature does not hold.
  case untrusted(String)
  case unknownLog(String)
  /// The proof must begin at the size the witness has cosigned last.
  case otherSize(UInt64)
  /// The checkpoint does not continue what the witness has cosigned.
  case inconsistent(String)

  /// As in HTTP.
  public var status: Int {
    switch self {
    case .cosigned: 200
    case .malformed: 400
    case .untrusted: 403
    case .unknownLog: 404
    case .otherSize: 409
    case .inconsistent: 422
    }
  }

  public var contentType: String {
    if case .otherSize = self { "text/x.tlog.size" } else { "text/plain; charset=utf-8" }
  }

  public var body: String {
    switch self {
    case .cosigned(let line): line
    case .otherSize(let size): "\(size)\n"
    case .malformed(let reason), .untrusted(let reason), .unknownLog(let reason), .inconsistent(let reason):
      reason + "\n"
    }
  }
}
