import Foundation
import Testing
import TransparencyLog

@testable import Audit

/// Any one byte changed anywhere in a segment is found, and the record it belongs to is named, not its neighbour.
@Suite struct AlteredByteTests {
  /// Where a byte is changed, and how.
  struct Flip {
    /// In bytes from the start of the first segment, as if the segments were one.
    var position: Int
    var mask: UInt8
  }

  /// Changes one byte of the whole log, verifies, and puts it back.
  static func check(_ ledger: SampleLedger, _ flip: Flip) throws {
    var rest = flip.position
    var sequence = 0
    while rest > ledger.lines[sequence].utf8.count {
      rest -= ledger.lines[sequence].utf8.count + 1
      sequence += 1
    }
    let place = ledger.place(of: sequence)
    let original = try ledger.bytes(segment: place.segment)
    defer { #expect(throws: Never.self) { try ledger.set(segment: place.segment, to: original) } }
    var altered = original
    altered[place.offset + rest] ^= flip.mask
    try ledger.set(segment: place.segment, to: altered)

    let report = try ledger.verify()
    #expect(!report.isSound)
    let context = Comment(rawValue: "record \(sequence), byte \(rest) ^ \(flip.mask): \(report.summary)")
    // Of record 0 the key may be hit; then the checkpoint cannot be verified, which is a finding without a place.
    let aboutLog = report.findings.filter { sequence != 0 || $0.kind != .signature }
    #expect(aboutLog.contains { $0.kind == .altered || $0.kind == .malformed }, context)
    let expected = LogPlace(segmentSequence: UInt64(place.segment), offset: UInt64(place.offset))
    #expect(aboutLog.allSatisfy { $0.sequence == UInt64(sequence) && $0.place == expected }, context)
    // Nobody stands behind the last record, so what its altered content seems to say is reported as well.
    if sequence < 39 { #expect(aboutLog.count == 1, context) }
    #expect(report.records == 40, context)
  }

  @Test("At random positions, any bit")
  func random() throws {
    let ledger = try SampleLedger()
    let size = ledger.lines.reduce(0) { $0 + $1.utf8.count + 1 }
    var generator = SplitMix(seed: 20_221_231)
    for _ in 0..<600 {
      try Self.check(ledger, Flip(position: generator.next(below: size), mask: 1 << generator.next(below: 8)))
    }
  }

  @Test("Every byte of records at the edges, and every fifth of others", arguments: [0, 1, 13, 14, 21, 27, 28, 38, 39])
  func wholeRecords(sequence: Int) throws {
    let ledger = try SampleLedger()
    let start = ledger.lines.prefix(sequence).reduce(0) { $0 + $1.utf8.count + 1 }
    let step = [0, 14, 39].contains(sequence) ? 1 : 5
    for position in stride(from: start, through: start + ledger.lines[sequence].utf8.count, by: step) {
      try Self.check(ledger, Flip(position: position, mask: 1 << UInt8(position % 8)))
    }
  }

  @Test("A line feed put in place of bytes of a record", arguments: [5, 14, 39])
  func lineFeeds(sequence: Int) throws {
    let ledger = try SampleLedger()
    let line = Array(ledger.lines[sequence].utf8)
    let start = ledger.lines.prefix(sequence).reduce(0) { $0 + $1.utf8.count + 1 }
    for (offset, byte) in line.enumerated() where offset % 2 == 0 || offset == line.count - 1 {
      try Self.check(ledger, Flip(position: start + offset, mask: byte ^ UInt8(ascii: "\n")))
    }
  }

  @Test("Every line feed replaced, at the end of segments as well", arguments: [" ", "{", "}", "\"", "x", "\0"])
  func lostLineFeeds(character: String) throws {
    let ledger = try SampleLedger()
    let byte = try #require(character.utf8.first)
    var position = 0
    for line in ledger.lines {
      position += line.utf8.count
      try Self.check(ledger, Flip(position: position, mask: byte ^ UInt8(ascii: "\n")))
      position += 1
    }
  }

  @Test("Every byte of the checkpoint is guarded")
  func checkpoint() throws {
    let ledger = try SampleLedger()
    let url = ledger.folder.appending(path: "checkpoint")
    let original = try Array(Data(contentsOf: url))
    for position in original.indices {
      var altered = original
      altered[position] ^= 1 << UInt8(position % 8)
      try Data(altered).write(to: url)
      let report = try ledger.verify()
      #expect(report.summary == ["signature - -"], "byte \(position)")
      #expect(report.signed == 0)
    }
  }

  @Test("An altered record in the unsigned part is found by its successor")
  func unsignedPart() throws {
    let ledger = try SampleLedger()
    try ledger.seal(size: 20)
    for sequence in 20..<39 {
      let place = ledger.place(of: sequence)
      let original = try ledger.bytes(segment: place.segment)
      var altered = original
      altered[place.offset + ledger.lines[sequence].utf8.count - 3] ^= 1
      try ledger.set(segment: place.segment, to: altered)
      let kinds: [Finding.Kind] = [.altered, .malformed]
      let summary = try ledger.verify().summary
      #expect(kinds.map { [ledger.expectation($0, sequence)] }.contains(summary), "\(sequence): \(summary)")
      try ledger.set(segment: place.segment, to: original)
    }
  }
}

/// A small random number generator with a seed, so that a failure can be repeated (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func next<Number: FixedWidthInteger>(below limit: Number) -> Number {
    Number(truncatingIfNeeded: next() % UInt64(limit))
  }
}
