import Foundation
import Testing

/// The small form of `tools/fuzz`: the seeds and a fixed number of mutations of them through the same checks.
@Suite struct HostileInputTests {
  private static let mutationCount = 3000

  @Test("Whatever the bytes are, what must hold of their reader holds", arguments: Target.all.map(\.name))
  func holds(name: String) throws {
    let target = try #require(Target.all.first { $0.name == name })
    let seeds = try HostileInputTests.seeds(of: target)
    try #require(!seeds.isEmpty, "\(name) has no seeds")
    for seed in seeds { HostileInputTests.check(target, seed) }
    var mutator = Mutator(seed: 20_221_231)
    for _ in 0..<HostileInputTests.mutationCount { HostileInputTests.check(target, mutator.mutation(of: seeds)) }
    HostileInputTests.check(target, [])
  }

  private static func check(_ target: Target, _ bytes: [UInt8]) {
    do {
      try target.check(bytes)
    } catch {
      Issue.record("\(error): \(String(decoding: bytes.prefix(400), as: UTF8.self).debugDescription)")
    }
  }

  private static func seeds(of target: Target) throws -> [[UInt8]] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Seeds/\(target.name)")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .map { Array(try Data(contentsOf: folder.appending(path: $0))) }
  }
}

/// Spoils inputs the same way in every run.
private struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  private mutating func number(below limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((value ^ (value >> 31)) % UInt64(limit))
  }

  private static let pieces: [[UInt8]] =
    [
      "\"", "\\", "\\u", "{", "}", "[", "]", ",", ":", "\n", "\r\n", "\n\n", "/", "..", "%2e", "%00", "+", "-", "— ",
      "(", "*", "0",
    ]
    .map { Array($0.utf8) }
    + [
      "18446744073709551615", "18446744073709551616", "-9223372036854775808", "00000000000000000000", "1e999999999",
    ].map { Array($0.utf8) } + [
      [0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x80], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
    ]

  mutating func mutation(of seeds: [[UInt8]]) -> [UInt8] {
    var bytes = seeds[number(below: seeds.count)]
    for _ in 0...number(below: 3) {
      let place = number(below: bytes.count + 1)
      switch number(below: 6) {
      case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(number(below: 8))
      case 1 where place < bytes.count: bytes.removeSubrange(place..<min(bytes.count, place + 1 + number(below: 8)))
      case 2: bytes.insert(contentsOf: Mutator.pieces[number(below: Mutator.pieces.count)], at: place)
      case 3: bytes.removeSubrange(place...)
      case 4:
        let end = min(bytes.count, place + number(below: 64))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      default:
        let other = seeds[number(below: seeds.count)]
        let start = number(below: other.count + 1)
        bytes.insert(contentsOf: other[start..<min(other.count, start + number(below: 64))], at: place)
      }
    }
    return bytes
  }
}
