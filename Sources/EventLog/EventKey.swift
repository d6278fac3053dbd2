import LogFormat
import TransparencyLog

/// The idempotency key of an event, `source` + `id`, as the index holds it: the first 16 bytes of
/// SHA-256(source ‖ 0x00 ‖ id). Neither attribute can hold a zero byte.
///
/// A hit is compared with the log line before it counts, so a collision could at worst refuse an event, never answer
/// for one that is not there.
struct EventKey: Sendable, Hashable, Comparable {
  let high: UInt64
  let low: UInt64

  init(source: String, id: String) {
    var text = source
    text.append("\0")
    text.append(id)
    let digest = SHA256.hash(text)
    (high, low) = digest.withUnsafeBytes {
      ($0.load(as: UInt64.self).bigEndian, $0.load(fromByteOffset: 8, as: UInt64.self).bigEndian)
    }
  }

  /// Calls `body` with the key's 16 bytes, which are in the order of `<`.
  func withBytes<Output>(_ body: (UnsafeRawBufferPointer) throws -> Output) rethrows -> Output {
    try withUnsafeBytes(of: (high.bigEndian, low.bigEndian), body)
  }

  /// Half of a digest is random enough.
  func hash(into hasher: inout Hasher) {
    hasher.combine(low)
  }

  static func < (left: EventKey, right: EventKey) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}
