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
      #""person":\#(JSONText.string(person))"#, #""schluessel":"\#(key.id.hex)""#, #""generation":\#(key.generation)"#,
      #""grund":\#(JSONText.string(request.reason))"#,
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
      #""person":\#(JSONText.string(person))"#, #""schluessel":"\#(key.id.hex)""#, #""generation":\#(key.generation)"#,
      #""dateien":\#(result.files)"#, #""bytes":\#(result.bytes)"#, #""werte":\#(result.values)"#,
      #""zu_kurz":\#(result.shortValues)"#, #""reste":\#(result.count)"#,
    ]
    if !result.places.isEmpty { members.append(#""fundstellen":\#(names(result.places.map(\.file)))"#) }
    if !result.unreadable.isEmpty { members.append(#""unlesbar":\#(names(result.unreadable))"#) }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// The key that a record says is gone.
  static func key(_ record: Record) throws -> KeyID {
    guard let id = record.data?["schluessel"]?.string.flatMap({ KeyID(hex: $0) }) else {
      throw ErasureRecordError(sequence: record.sequence)
    }
    return id
  }

  /// Destroys every key that the log says is gone: a crash may have come between the record and the key, and a copy of
  /// the keys may have been put back.
  static func carryOut(in log: Log, keys: KeyStore) throws {
    for record in try LogReader(log.directory).ledgerRecords(carriedOut) { try keys.destroy(key(record)) }
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
