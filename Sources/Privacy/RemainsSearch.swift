import Foundation
import Glibc

/// Looks through every file below a folder for something that must be nowhere any more: an erased person's key and the
/// values that were sealed with it. It changes nothing.
///
/// Files are read as they lie on the disk, so what SQLite has freed, its logs of changes, and files left behind by a crash
/// are looked through as well. In the log and elsewhere a text may be spelled with the escapes of JSON; it is found in every
/// spelling.
public struct RemainsSearch: Sendable {
  /// What came out.
  public struct Result: Sendable, Hashable {
    /// A file in which something was found, below the folder.
    public struct Place: Sendable, Hashable {
      public var file: String
      public var count: Int
    }

    /// Files looked through.
    public var files = 0
    public var bytes: UInt64 = 0
    /// Values that were looked for.
    public var values = 0
    /// Values too short to be looked for: they would be found everywhere by chance.
    public var shortValues = 0
    public var places: [Place] = []
    /// Files that could not be read.
    public var unreadable: [String] = []

    /// How often something was found.
    public var count: Int { places.reduce(0) { $0 + $1.count } }
  }

  /// A value of fewer bytes is not looked for.
  public static let shortestValue = 5

  private let folder: String
  private let exception: String?
  private let needles: Needles
  private let values: Int
  private let shortValues: Int

  /// - Parameters:
  ///   - key: the forms of the key, ``KeyStore/forms(of:)``.
  ///   - values: the texts that were sealed, in UTF-8.
  ///   - exception: a file that is not looked through, because it is about to go: that of the key.
  public init(in folder: String, key: [[UInt8]], values: Set<[UInt8]>, except exception: String? = nil) {
    let long = values.filter { $0.count >= RemainsSearch.shortestValue }
    self.folder = folder
    self.exception = exception
    needles = Needles(key + long)
    self.values = long.count
    shortValues = values.count - long.count
  }

  public func run() -> Result {
    var result = Result(values: values, shortValues: shortValues)
    visit("", &result)
    return result
  }

  private func visit(_ name: String, _ result: inout Result) {
    let path = name.isEmpty ? folder : folder + "/" + name
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path).sorted() else {
      result.unreadable.append(name)
      return
    }
    for child in names {
      let inner = name.isEmpty ? child : name + "/" + child
      var status = stat()
      // What has gone meanwhile holds nothing any more; links lead to other people's files.
      guard lstat(folder + "/" + inner, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: visit(inner, &result)
      case S_IFREG: if folder + "/" + inner != exception { search(inner, &result) }
      default: break
      }
    }
  }

  private static let blockSize = 1 << 20

  private func search(_ name: String, _ result: inout Result) {
    let descriptor = open(folder + "/" + name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if errno != ENOENT { result.unreadable.append(name) }
      return
    }
    defer { close(descriptor) }
    // Spelled with escapes, a byte may take six.
    let overlap = max(6 * needles.longest - 1, 0)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: RemainsSearch.blockSize + overlap, alignment: 16)
    defer { buffer.deallocate() }
    var kept = 0
    var count = 0
    while true {
      let got = read(descriptor, buffer.baseAddress?.advanced(by: kept), RemainsSearch.blockSize)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else {
        result.unreadable.append(name)
        break
      }
      guard got > 0 else { break }
      let filled = kept + got
      result.bytes += UInt64(got)
      let block = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
      needles.forEachMatch(in: block) { place, text in
        // What lies wholly in the bytes kept from before has been counted.
        if place + text.count > kept { count += 1 }
        return true
      }
      count += spelled(in: block, behind: kept)
      kept = min(overlap, filled)
      if let base = buffer.baseAddress { memmove(base, base + (filled - kept), kept) }
    }
    result.files += 1
    if count > 0 { result.places.append(Result.Place(file: name, count: count)) }
  }

  /// How often a text stands there spelled with escapes, and ends behind a place.
  private func spelled(in block: UnsafeRawBufferPointer, behind kept: Int) -> Int {
    guard let base = block.baseAddress, memchr(base, 0x5C, block.count) != nil else { return 0 }
    let unescaped = UnescapedText(block)
    var count = 0
    unescaped.bytes.withUnsafeBytes { bytes in
      needles.forEachMatch(in: bytes) { place, text in
        let range = unescaped.places[place]..<unescaped.places[place + text.count]
        // Where nothing is escaped it has been found already, and so it has where it was sealed as it is spelled here.
        if range.count > text.count, range.upperBound > kept, !needles.texts.contains(Array(block[range])) {
          count += 1
        }
        return true
      }
    }
    return count
  }
}
