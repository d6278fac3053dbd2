import LogFormat
import Privacy

/// Compares a payload in the clear with a stored one whose personal fields are sealed.
struct SealedContent: Sendable {
  let keys: KeyStore

  /// Whether a sent event has the content of a stored record: its sealed fields are unsealed and compared, and not
  /// compared where the key is destroyed.
  ///
  /// - Throws: what keeps a field from being unsealed that is not simply another value.
  func isEqual(_ sent: Event, _ stored: Record) throws -> Bool {
    guard case .json(let plain) = sent.payload, let data = stored.data else { return false }
    return try isEqual(plain, data, at: "", of: stored)
  }

  private func isEqual(_ plain: JSONValue, _ stored: JSONValue, at pointer: String, of record: Record) throws -> Bool {
    if plain.isEqual(to: stored) { return true }
    if stored.count == 1, let text = stored["sealed"]?.string {
      return try isEqual(plain, sealed: text, at: pointer, of: record)
    }
    guard plain.kind == stored.kind, plain.count == stored.count else { return false }
    switch plain.kind {
    case .array:
      for (place, values) in zip(plain.elements, stored.elements).enumerated() {
        guard try isEqual(values.0, values.1, at: "\(pointer)/\(place)", of: record) else { return false }
      }
      return true
    case .object:
      for member in plain.members {
        guard let other = stored[member.name],
          try isEqual(member.value, other, at: pointer + "/" + JSONText.pointerToken(member.name), of: record)
        else { return false }
      }
      return true
    case .null, .bool, .number, .string: return false
    }
  }

  private func isEqual(_ plain: JSONValue, sealed text: String, at pointer: String, of record: Record) throws -> Bool {
    do {
      let opened = try keys.unseal(try SealedValue(text), type: record.type, subject: record.subject, field: pointer)
      return plain.isEqual(to: try JSONDocument(opened).root)
    } catch PrivacyError.destroyedKey {
      return true
    } catch PrivacyError.missingKey {
      return true
    } catch PrivacyError.malformedSealedValue {
      // Not sealed by us: it only looks like it.
      return false
    }
  }
}
