/// Several texts that bytes are searched for at once, in one pass.
///
/// Where a text may begin is told by its first two bytes; only there it is compared.
public final class Needles: @unchecked Sendable {
  // @unchecked: filled when it is made, then only read.

  /// Shorter texts would be found everywhere by chance.
  public static let shortest = 2

  public let texts: [[UInt8]]
  /// The longest of them, in bytes; 0 where there are none.
  public let longest: Int
  /// For each pair of bytes the first text that begins with it, from 1; 0 where none does.
  private let heads = UnsafeMutablePointer<Int32>.allocate(capacity: 1 << 16)
  /// For each text the next one with the same beginning, from 1.
  private var next: [Int32]

  /// - Parameter texts: each of ``shortest`` bytes at least; equal ones count once.
  public init(_ texts: some Sequence<[UInt8]>) {
    var known: Set<[UInt8]> = []
    self.texts = texts.filter { known.insert($0).inserted }
    precondition(self.texts.allSatisfy { $0.count >= Needles.shortest })
    longest = self.texts.map(\.count).max() ?? 0
    heads.initialize(repeating: 0, count: 1 << 16)
    next = [Int32](repeating: 0, count: self.texts.count)
    for (place, text) in self.texts.enumerated() {
      let head = Int(text[0]) << 8 | Int(text[1])
      next[place] = heads[head]
      heads[head] = Int32(place + 1)
    }
  }

  deinit { heads.deallocate() }

  /// Calls `body` with every place at which one of the texts stands, in the order of the places, until it returns false.
  public func forEachMatch(in bytes: UnsafeRawBufferPointer, _ body: (_ place: Int, _ text: [UInt8]) -> Bool) {
    guard bytes.count >= Needles.shortest, !texts.isEmpty, let base = bytes.baseAddress else { return }
    let start = base.assumingMemoryBound(to: UInt8.self)
    let end = bytes.count - 1
    var place = 0
    var head = Int(start[0])
    while place < end {
      head = (head << 8 | Int(start[place + 1])) & 0xFFFF
      var candidate = heads[head]
      while candidate != 0 {
        let text = texts[Int(candidate) - 1]
        if bytes.count - place >= text.count,
          UnsafeRawBufferPointer(rebasing: bytes[place..<place + text.count]) == text
        {
          guard body(place, text) else { return }
        }
        candidate = next[Int(candidate) - 1]
      }
      place += 1
    }
  }

  public func isAny(in bytes: UnsafeRawBufferPointer) -> Bool {
    var isFound = false
    forEachMatch(in: bytes) { _, _ in
      isFound = true
      return false
    }
    return isFound
  }
}

private func == (bytes: UnsafeRawBufferPointer, text: [UInt8]) -> Bool {
  text.withUnsafeBytes { bytes.elementsEqual($0) }
}
