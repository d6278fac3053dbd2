import Testing
import TransparencyLog

@testable import EventLog

@Suite struct RecentHashesTests {
  private func hashes(_ range: Range<UInt64>) -> [Digest] { range.map { SHA256.hash("\($0)") } }

  @Test("What was taken in goes out again once, in any pieces")
  func pieces() {
    var recent = RecentHashes()
    recent.append(hashes(5..<9), from: 5)
    recent.append(hashes(9..<20), from: 9)
    #expect(recent.take(from: 4, below: 6) == nil && recent.take(from: 5, below: 21) == nil)
    #expect(recent.take(from: 7, below: 12) == hashes(7..<12))
    #expect(recent.take(from: 7, below: 12) == nil)
    #expect(recent.take(from: 12, below: 20) == hashes(12..<20))
    recent.append(hashes(20..<22), from: 20)
    #expect(recent.take(from: 20, below: 22) == hashes(20..<22))
  }

  @Test("A gap, and more than there is room for, let go of what was there")
  func gaps() {
    var recent = RecentHashes()
    recent.append(hashes(0..<3), from: 0)
    recent.append(hashes(7..<9), from: 7)
    #expect(recent.take(from: 0, below: 3) == nil && recent.take(from: 7, below: 9) == hashes(7..<9))
    let many = [Digest](repeating: .zero, count: 200_000)
    recent.append(many, from: 9)
    recent.append(many, from: 200_009)
    #expect(recent.take(from: 9, below: 10) == nil && recent.take(from: 200_009, below: 400_009) == many)
  }
}
