import DomainPacks
import EventLog
import Foundation
import LogFormat
import Privacy

/// Everything the log says about a person, in the clear where it can still be read (DSGVO Art. 15), part by part: the log
/// may be long.
///
/// A line for each record, in the order of the log:
///
/// ```
/// {"sequence":812,"title":"Rad angeschafft","relations":["subject","sealed"],"clear":["/data/nutzer"],"erased":[],"record":{…}}
/// ```
///
/// `relations` says how the record concerns the person: it is its `subject`, it acted (`actor`), it is `named` in the data,
/// a field is `sealed` with its key, or the record is a `reading` of such fields in the clear. `clear` are the fields that
/// were opened for this, `erased` those whose key is gone. What is sealed for other persons stays sealed.
///
/// Used by one caller at a time; calls block.
public final class PersonInformation: @unchecked Sendable {
  // @unchecked: the caller takes care that there is one at a time.

  private let log: Log
  private let keys: KeyStore
  private let packs: PackSet
  private let size: UInt64
  private var search: PersonSearch
  private var place: UInt64 = 0

  init(log: Log, keys: KeyStore, packs: PackSet, size: UInt64, search: PersonSearch) {
    self.log = log
    self.keys = keys
    self.packs = packs
    self.size = size
    self.search = search
  }

  /// The lines, each with its LF, that the next part of the log gives, perhaps none; nil at its end.
  public func next() throws -> [UInt8]? {
    guard place < size else { return nil }
    var text: [UInt8] = []
    place = try search.read(log, from: place, below: size) { match in try append(match, to: &text) }
    return text
  }

  private func append(_ match: PersonSearch.Match, to text: inout [UInt8]) throws {
    var clear: [Unsealing.Field] = []
    var erased: [String] = []
    for field in match.fields {
      do throws(PrivacyError) {
        let value = try keys.unseal(
          field.value, type: match.record.type, subject: match.record.subject, field: field.pointer)
        clear.append(Unsealing.Field(pointer: field.pointer, range: field.range, value: value))
      } catch {
        switch error {
        case .missingKey, .destroyedKey: erased.append(field.pointer)
        default: throw error
        }
      }
    }
    func list(_ texts: [String]) -> String { "[" + texts.map { JSONText.string($0) }.joined(separator: ",") + "]" }
    let title = packs.eventType(match.record.type).map { #","title":\#(JSONText.string($0.title))"# } ?? ""
    text += Array(
      (#"{"sequence":\#(match.record.sequence)\#(title),"relations":\#(list(match.relations.map(\.rawValue))),"#
        + #""clear":\#(list(clear.map { "/data" + $0.pointer })),"erased":\#(list(erased.map { "/data" + $0 })),"#
        + #""record":"#).utf8)
    text += Unsealing.replaced(clear, in: match.line)
    text += Array("}\n".utf8)
  }
}

extension Ledger {
  /// Begins to tell what the log says about a person. That it was told, to whom and why, is durable when this returns.
  ///
  /// - Parameter person: the pseudonymous reference that events name it by.
  /// - Throws: ``Refusal`` `.forbidden` without the right to unseal.
  public func information(
    on person: String, reason: String?, authid: String?, for principal: Principal
  ) async throws -> PersonInformation {
    guard principal.rights.contains(.unseal) else {
      throw Refusal(.forbidden, "\(principal.name) may not see sealed fields in the clear")
    }
    let size = log.size
    let known: Result<Set<KeyID>, any Error> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [log, keys] in
        continuation.resume(returning: Result { try log.keys(of: person, keys) })
      }
    }
    let search = PersonSearch(person: person, keys: try known.get())
    var data = #"{"person":\#(JSONText.string(person))"#
    if let reason { data += #","grund":\#(JSONText.string(reason))"# }
    try await Ledger.record(
      [
        OwnRecord(
          name: Unsealing.name, id: UUID().uuidString, data: data + "}", subject: DocumentRecord.readingSubject)
      ], as: principal.delegates ? authid ?? principal.name : principal.name, by: principal.name, log)
    return PersonInformation(log: log, keys: keys, packs: packs, size: size, search: search)
  }
}
