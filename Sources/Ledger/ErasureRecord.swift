import EventLog
import LogFormat
import Privacy

/// The records of an erasure (DSGVO Art. 17): by two people `de.aktenspur.ledger.loeschung-beantragt` and
/// `de.aktenspur.ledger.geloescht`, whose `authid` says who it was; and `de.aktenspur.ledger.loeschung-geprueft`, what
/// the search for remains came to.
///
/// ```
/// {"person":"person/4711","schluessel":"6f1c…","generation":1,"grund":"…","rechtsgrundlage":"…"}
/// {"person":"person/4711","schluessel":"6f1c…","generation":1,"grund":"…","rechtsgrundlage":"…","antrag":812}
/// {"person":"person/4711","schluessel":"6f1c…","generation":1,"dateien":48,"bytes":20117733,"werte":12,"zu_kurz":1,"reste":0}
/// ```
///
/// All have the key in their id, so that none can be recorded twice for one key.
enum ErasureRecord {
  static let requested = "loeschung-beantragt"
  static let carriedOut = "geloescht"
  static let searched = "loeschung-geprueft"

  static func json(_ person: String, _ key: ErasedKey, _ request: ErasureRequest, requestedBy record: Record?) -> String
  {
    var members = [
      about(person, key), #""grund":\#(JSONText.string(request.reason))"#,
      #""rechtsgrundlage":\#(JSONText.string(request.legalBasis))"#,
    ]
    if let record { members.append(#""antrag":\#(record.sequence)"#) }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// Files are named only where something was found in them, and a hundred at most.
  static func json(_ person: String, _ key: ErasedKey, _ result: RemainsSearch.Result) -> String {
    func names(_ list: [String]) -> String {
      "[" + list.prefix(100).map { JSONText.string($0) }.joined(separator: ",") + "]"
    }
    var members = [
      about(person, key), #""dateien":\#(result.files)"#, #""bytes":\#(result.bytes)"#, #""werte":\#(result.values)"#,
      #""zu_kurz":\#(result.shortValues)"#, #""reste":\#(result.count)"#,
    ]
    if !result.places.isEmpty { members.append(#""fundstellen":\#(names(result.places.map(\.file)))"#) }
    if !result.unreadable.isEmpty { members.append(#""unlesbar":\#(names(result.unreadable))"#) }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// The outcome of a search that opening made up for, or why there could be none.
  static func json(_ outcome: Result<RemainsSearch.Result, any Error>, after record: Record) throws -> String {
    let key = ErasedKey(id: try key(record), generation: record.data?["generation"]?.integer.map { Int($0) } ?? 0)
    let person = record.data?["person"]?.string ?? ""
    switch outcome {
    case .success(let result): return json(person, key, result)
    case .failure(let error):
      return "{" + about(person, key) + #","nicht_gesucht":\#(JSONText.string("\(error)"))}"#
    }
  }

  private static func about(_ person: String, _ key: ErasedKey) -> String {
    #""person":\#(JSONText.string(person)),"schluessel":"\#(key.id.hex)","generation":\#(key.generation)"#
  }

  /// The key that a record says is gone.
  static func key(_ record: Record) throws -> KeyID {
    guard let id = record.data?["schluessel"]?.string.flatMap({ KeyID(hex: $0) }) else {
      throw ErasureRecordError(sequence: record.sequence)
    }
    return id
  }
}

/// A key of a person that is to go, or gone.
struct ErasedKey: Sendable, Hashable {
  var id: KeyID
  var generation: Int
}

/// A record of an erasure does not name the key.
public struct ErasureRecordError: Error, Sendable, Hashable, CustomStringConvertible {
  public var sequence: UInt64

  public var description: String {
    "record \(sequence) says that personal data were erased and names no key: expected \"schluessel\", 32 hex digits"
  }
}
