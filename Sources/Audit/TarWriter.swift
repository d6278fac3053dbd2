/// Writes a POSIX ustar archive of regular files, one after the other, never holding more of one than a buffer.
struct TarWriter {
  private let output: BundleOutput
  private(set) var memberCount = 0

  init(_ output: BundleOutput) {
    self.output = output
  }

  mutating func add(_ name: String, _ bytes: [UInt8]) throws {
    try open(name, size: UInt64(bytes.count))
    try bytes.withUnsafeBytes { try output.write($0) }
    try pad(UInt64(bytes.count))
  }

  mutating func add(_ name: String, _ text: String) throws {
    try add(name, Array(text.utf8))
  }

  /// Adds the first `size` bytes of a file; without `size`, all that it has.
  mutating func add(_ name: String, _ file: BundleInput, size: UInt64? = nil) throws {
    let size = size ?? file.byteCount
    try open(name, size: size)
    try file.forEachPiece(of: 0..<size) { (piece) throws(VerifierError) in try output.write(piece) }
    try pad(size)
  }

  /// Two blocks of zeros end an archive.
  func finish() throws {
    try zeros(2 * TarHeader.blockSize)
  }

  private mutating func open(_ name: String, size: UInt64) throws {
    guard size <= TarHeader.largestSize else { throw BundleError.memberTooLarge(name: name, size: size) }
    try TarHeader(name: name, size: size).block.withUnsafeBytes { try output.write($0) }
    memberCount += 1
  }

  private func pad(_ size: UInt64) throws {
    try zeros(Int(TarHeader.paddedSize(size) - size))
  }

  private func zeros(_ count: Int) throws {
    try [UInt8](repeating: 0, count: count).withUnsafeBytes { try output.write($0) }
  }
}
