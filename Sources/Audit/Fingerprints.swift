import TransparencyLog

/// 128 bits of a SHA-256: enough to tell any two texts of a log apart, and small.
struct Fingerprint: Hashable {
  private let high: UInt64
  private let low: UInt64

  init(_ parts: String...) {
    var hasher = SHA256Hasher()
    for part in parts {
      var part = part
      part.withUTF8 { bytes in
        // The length goes first, so that ("a", "bc") and ("ab", "c") differ.
        withUnsafeBytes(of: UInt64(bytes.count)) { hasher.update($0) }
        hasher.update(UnsafeRawBufferPointer(bytes))
      }
    }
    (high, low) = hasher.finalize().withUnsafeBytes {
      ($0.load(as: UInt64.self), $0.load(fromByteOffset: 8, as: UInt64.self))
    }
  }
}

/// The newest version of every subject seen, by fingerprint.
struct SubjectVersions {
  private var versions: [Fingerprint: UInt64] = [:]

  /// Notes the version; gives back the one before, 0 for a new subject.
  mutating func advance(_ subject: String, to version: UInt64) -> UInt64 {
    versions.updateValue(version, forKey: Fingerprint(subject)) ?? 0
  }
}

/// The record that first bore each source and id, by fingerprint.
struct EventIdentities {
  private var sequences: [Fingerprint: UInt64] = [:]

  /// Notes the pair; gives back the record that bore it before.
  mutating func insert(source: String, id: String, sequence: UInt64) -> UInt64? {
    let key = Fingerprint(source, id)
    if let first = sequences[key] { return first }
    sequences[key] = sequence
    return nil
  }
}
