import Dispatch
import EventLog
import Foundation
import LogFormat
import Privacy

/// Opens the sealed fields of a record for somebody who may see them; that they were read is recorded first.
struct Unsealing: Sendable {
  let log: Log
  let keys: KeyStore

  /// `{"sequence":812,"felder":["/data/nutzer"],"grund":"…"}` of one record, `{"person":"person/4711","grund":"…"}` of all
  /// on a person; by whom and when as with every record.
  static let name = "personendaten-gelesen"

  /// A sealed field and what it holds.
  struct Field {
    var pointer: String
    var range: Range<Int>
    var value: [UInt8]
  }

  /// The record's line with what can be opened in the clear; a field whose key is gone stays as it is in the log.
  ///
  /// - Returns: nil if there is no such record.
  func line(
    at sequence: UInt64, reason: String?, authid: String?, by principal: Principal
  ) async throws -> [UInt8]? {
    guard principal.rights.contains(.unseal) else {
      throw Refusal(.forbidden, pointer: "/unseal", "\(principal.name) may not see sealed fields in the clear")
    }
    let opened = try await blocking { () throws -> (line: [UInt8], fields: [Field])? in
      guard let line = try log.line(at: sequence) else { return nil }
      let record = try Record(line: line)
      var fields: [Field] = []
      if let data = record.data { try open(data, at: "", of: record, into: &fields) }
      return (line, fields)
    }
    guard let opened else { return nil }
    guard !opened.fields.isEmpty else { return opened.line }
    let pointers = opened.fields.map { JSONText.string("/data" + $0.pointer) }.joined(separator: ",")
    var data = #"{"sequence":\#(sequence),"felder":[\#(pointers)]"#
    if let reason { data += #","grund":\#(JSONText.string(reason))"# }
    try await Ledger.record(
      [
        Ledger.OwnRecord(
          name: Unsealing.name, id: UUID().uuidString, data: data + "}", subject: DocumentRecord.readingSubject)
      ],
      as: principal.delegates ? authid ?? principal.name : principal.name, by: principal.name, log)
    return Unsealing.replaced(opened.fields, in: opened.line)
  }

  /// A line with the values of fields, in their order, in place of their sealed form.
  static func replaced(_ fields: [Field], in line: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var copied = 0
    for field in fields {
      result += line[copied..<field.range.lowerBound]
      result += field.value
      copied = field.range.upperBound
    }
    return result + line[copied...]
  }

  private func open(_ value: JSONValue, at pointer: String, of record: Record, into fields: inout [Field]) throws {
    switch value.kind {
    case .array:
      for (place, element) in value.elements.enumerated() {
        try open(element, at: "\(pointer)/\(place)", of: record, into: &fields)
      }
    case .object:
      // What only looks sealed was sent so, in a field that is not personal.
      if let sealed = try? SealedValue(value) {
        do {
          let opened = try keys.unseal(sealed, type: record.type, subject: record.subject, field: pointer)
          fields.append(Field(pointer: pointer, range: value.range, value: opened))
        } catch PrivacyError.missingKey, PrivacyError.destroyedKey {}
        return
      }
      for member in value.members {
        try open(
          member.value, at: pointer + "/" + JSONText.pointerToken(member.name), of: record, into: &fields)
      }
    case .null, .bool, .number, .string: break
    }
  }

  private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
    }
  }
}
