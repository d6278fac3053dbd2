import LogFormat
import TransparencyLog

/// Lines out of place and places without lines, kept until the end of the log, where it shows what belongs together: a
/// stray record that is missing elsewhere has been moved, one that is missing nowhere has been put in.
struct StrayRecords {
  /// The true leaf hash of places that were found without their record, as far as somebody vouches for it.
  var claims: [UInt64: Digest] = [:]
  private var strays: [Stray] = []
  private var gaps: [Gap] = []
  /// How many were not kept: a log of garbage must not fill the memory.
  private(set) var omitted = 0

  private struct Stray {
    var sequence: UInt64
    var leaf: Digest
    var previousHash: Digest
    var place: LogPlace
    /// The place in the log where it stands, or before which it stands.
    var slot: UInt64
    var fillsSlot: Bool
  }

  private struct Gap {
    var missing: Range<UInt64>
    var place: LogPlace
  }

  mutating func add(_ record: Record, leaf: Digest, place: LogPlace, slot: UInt64, fillsSlot: Bool) {
    guard strays.count < FindingList.limit else {
      omitted += 1
      return
    }
    strays.append(
      Stray(
        sequence: record.sequence, leaf: leaf, previousHash: record.previousHash, place: place, slot: slot,
        fillsSlot: fillsSlot))
  }

  /// Takes a line that was set aside and continues the log where its lines have come to an end.
  mutating func takeContinuation(of size: UInt64, _ lastLeaf: Digest?) -> (leaf: Digest, slot: UInt64, place: LogPlace)?
  {
    guard let index = strays.firstIndex(where: { $0.sequence == size && $0.previousHash == lastLeaf })
    else { return nil }
    let stray = strays.remove(at: index)
    return (stray.leaf, stray.slot, stray.place)
  }

  mutating func addGap(_ missing: Range<UInt64>, place: LogPlace) {
    guard gaps.count < FindingList.limit else {
      omitted += 1
      return
    }
    gaps.append(Gap(missing: missing, place: place))
  }

  /// Whether a record is missing in the gap that ends before `next`.
  func isMissing(_ sequence: UInt64, before next: UInt64) -> Bool {
    gaps.last.map { $0.missing.upperBound == next && $0.missing.contains(sequence) } ?? false
  }

  /// One finding for each stray record and each run of missing ones.
  func resolve() -> [Finding] {
    var findings: [Finding] = []
    var moved: Set<UInt64> = []
    let filled = Set(strays.filter(\.fillsSlot).map(\.slot))
    let successors = Dictionary(strays.map { ($0.sequence, $0.previousHash) }) { first, _ in first }
    for stray in strays {
      let isMissed = filled.contains(stray.sequence) || gaps.contains { $0.missing.contains(stray.sequence) }
      let claim = claims[stray.sequence] ?? (isMissed ? successors[stray.sequence &+ 1] : nil)
      if claim == stray.leaf || (claim == nil && isMissed), moved.insert(stray.sequence).inserted {
        findings.append(StrayRecords.moved(stray.sequence, to: stray.slot, place: stray.place))
      } else if stray.fillsSlot {
        findings.append(
          Finding(
            .altered, sequence: stray.slot, place: stray.place,
            Phrase(
              "an dieser Stelle steht ein fremder Datensatz mit der Nummer \(stray.sequence)",
              "a foreign record numbered \(stray.sequence) stands in this place")))
      } else {
        findings.append(
          Finding(
            .inserted, sequence: stray.sequence, place: stray.place,
            Phrase(
              "der Datensatz vor \(stray.slot) gehört nicht hierher",
              "the record before \(stray.slot) does not belong here")))
      }
    }
    for gap in gaps {
      // A gap may be as long as a forged number says: only its ends and what was found elsewhere are looked at.
      var start = gap.missing.lowerBound
      for found in moved.filter(gap.missing.contains).sorted() + [gap.missing.upperBound] {
        if start < found { findings.append(StrayRecords.missing(start..<found, place: gap.place)) }
        start = found + 1
      }
    }
    return findings
  }

  static func moved(_ sequence: UInt64, to slot: UInt64, place: LogPlace) -> Finding {
    Finding(
      .reordered, sequence: sequence, place: place,
      Phrase("der Datensatz steht an der Stelle von \(slot)", "the record stands in the place of \(slot)"))
  }

  private static func missing(_ range: Range<UInt64>, place: LogPlace) -> Finding {
    let last = range.upperBound - 1
    return Finding(
      .missing, sequence: range.lowerBound, place: place,
      range.count == 1
        ? Phrase("der Datensatz fehlt", "the record is missing")
        : Phrase("die Datensätze bis \(last) fehlen", "the records up to \(last) are missing"))
  }
}
