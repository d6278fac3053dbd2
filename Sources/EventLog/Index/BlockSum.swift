/// XXH64 with a seed (the algorithm's specification, version 0.1.1, "XXH64"), over a multiple of 32 bytes: tells a block that
/// a disk has damaged, or that stands where another should, at the speed of memory. No protection against people: who
/// can write a ledger's derived files can also compute this sum.
enum BlockSum {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63

  /// - Parameter bytes: a multiple of 32 bytes, at least 32.
  static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var (a, b, c, d) = (seed &+ prime1 &+ prime2, seed &+ prime2, seed, seed &- prime1)
    var offset = 0
    while offset < bytes.count {
      a = round(a, bytes, offset)
      b = round(b, bytes, offset + 8)
      c = round(c, bytes, offset + 16)
      d = round(d, bytes, offset + 24)
      offset += 32
    }
    var sum = rotate(a, 1) &+ rotate(b, 7) &+ rotate(c, 12) &+ rotate(d, 18)
    for lane in [a, b, c, d] { sum = (sum ^ mix(0, lane)) &* prime1 &+ prime4 }
    sum &+= UInt64(bytes.count)
    sum = (sum ^ sum >> 33) &* prime2
    sum = (sum ^ sum >> 29) &* prime3
    return sum ^ sum >> 32
  }

  @inline(__always) private static func round(_ lane: UInt64, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64
  {
    mix(lane, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
  }

  @inline(__always) private static func mix(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ word &* prime2, 31) &* prime1
  }

  @inline(__always) private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word << bits | word >> (64 - bits)
  }
}
