/// SipHash-2-4 with 128 bits (Aumasson, Bernstein 2012; the reference implementation's `siphash` with `outlen` 16).
///
/// Texts are compared by it in place of SHA-256, which costs several times as much for short ones. The key is drawn anew
/// for each verification, so nobody can prepare texts that collide; by chance, two of a thousand million texts do with a
/// probability of 10⁻²⁰.
struct KeyedHash: Sendable {
  private let key0: UInt64
  private let key1: UInt64

  /// With a key from the system's random generator.
  init() {
    self.init(key0: .random(in: 0 ... .max), key1: .random(in: 0 ... .max))
  }

  init(key0: UInt64, key1: UInt64) {
    self.key0 = key0
    self.key1 = key1
  }

  func hash(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
    hash(State(key0, key1), absorbed: 0, bytes)
  }

  /// Of the eight bytes of `mark`, the lowest first, and the bytes behind them.
  func hash(_ mark: UInt64, _ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
    var state = State(key0, key1)
    state.absorb(mark)
    return hash(state, absorbed: 8, bytes)
  }

  @inline(__always)
  private func hash(_ start: State, absorbed: Int, _ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
    var state = start
    let whole = bytes.count & ~7
    var offset = 0
    while offset < whole {
      state.absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    var last = UInt64(truncatingIfNeeded: absorbed + bytes.count) << 56
    let rest = bytes.count - whole
    if rest > 0, whole > 0 {
      // The last eight bytes, without those that have been absorbed.
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
      last |= word >> UInt64(8 * (8 - rest))
    } else {
      while offset < bytes.count {
        last |= UInt64(bytes[offset]) << UInt64(8 * (offset - whole))
        offset += 1
      }
    }
    state.absorb(last)
    state.v2 ^= 0xee
    let low = state.squeeze()
    state.v1 ^= 0xdd
    return (low, state.squeeze())
  }

  private struct State {
    var v0: UInt64
    var v1: UInt64
    var v2: UInt64
    var v3: UInt64

    @inline(__always) init(_ key0: UInt64, _ key1: UInt64) {
      v0 = key0 ^ 0x736f_6d65_7073_6575
      v1 = key1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
      v2 = key0 ^ 0x6c79_6765_6e65_7261
      v3 = key1 ^ 0x7465_6462_7974_6573
    }

    @inline(__always) mutating func absorb(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }

    @inline(__always) mutating func squeeze() -> UInt64 {
      for _ in 0..<4 { round() }
      return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always) private mutating func round() {
      v0 = v0 &+ v1
      v1 = rotate(v1, 13) ^ v0
      v0 = rotate(v0, 32)
      v2 = v2 &+ v3
      v3 = rotate(v3, 16) ^ v2
      v0 = v0 &+ v3
      v3 = rotate(v3, 21) ^ v0
      v2 = v2 &+ v1
      v1 = rotate(v1, 17) ^ v2
      v2 = rotate(v2, 32)
    }

    @inline(__always) private func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
      word << count | word >> (64 - count)
    }
  }
}
