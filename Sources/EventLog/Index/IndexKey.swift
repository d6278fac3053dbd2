import LogFormat
import TransparencyLog

/// What the index holds of a text that it looks up: 128 bits of its SHA-256, so that entries have one length.
///
/// Of an event that is `source` + `id`, its idempotency key: the first 16 bytes of SHA-256(source ‖ 0x00 ‖ id). Neither
/// attribute can hold a zero byte. A hit is compared with the log line before it counts, so a collision could at worst
/// refuse an event, never answer for one that is not there. Of a subject it is the first 16 bytes of
/// SHA-256(subject); two subjects with one key would take 2⁶⁴ hashes to find.
struct IndexKey: Sendable, Hashable, Comparable {
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  init(source: String, id: String) {
    self = source.withBytes { source in id.withBytes { IndexKey(source: source, id: $0) } }
  }

  /// - Parameters:
  ///   - source: UTF-8.
  ///   - id: UTF-8.
  init(source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer) {
    self.init { hasher in
      hasher.update(source)
      withUnsafeBytes(of: UInt8(0)) { hasher.update($0) }
      hasher.update(id)
    }
  }

  init(subject: String) {
    self = subject.withBytes { IndexKey(subject: $0) }
  }

  /// - Parameter subject: UTF-8.
  init(subject: UnsafeRawBufferPointer) {
    self.init { $0.update(subject) }
  }

  private init(_ update: (inout SHA256Hasher) -> Void) {
    var hasher = SHA256Hasher()
    update(&hasher)
    let digest = hasher.finalize()
    (high, low) = digest.withUnsafeBytes {
      ($0.load(as: UInt64.self).bigEndian, $0.load(fromByteOffset: 8, as: UInt64.self).bigEndian)
    }
  }

  /// Half of a digest is random enough.
  func hash(into hasher: inout Hasher) {
    hasher.combine(low)
  }

  @inline(__always) static func == (left: IndexKey, right: IndexKey) -> Bool {
    left.low == right.low && left.high == right.high
  }

  @inline(__always) static func < (left: IndexKey, right: IndexKey) -> Bool {
    left.high < right.high || left.high == right.high && left.low < right.low
  }
}
