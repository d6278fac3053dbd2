/// Puts lines together from chunks.
struct LineBuffer {
  private var rest: [UInt8] = []

  /// The lines that end in what has come so far, without their LF.
  mutating func take(_ chunk: [UInt8]) -> [[UInt8]] {
    rest += chunk
    guard let end = rest.lastIndex(of: 0x0A) else { return [] }
    let lines = rest[..<end].split(separator: 0x0A).map(Array.init)
    rest.removeSubrange(...end)
    return lines
  }
}
