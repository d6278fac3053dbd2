import COpenSSL
import Foundation

/// The lines of the whole log, each hashed behind a zero byte by OpenSSL's EVP interface, on all processors.
struct HashFloor {
  let log: LogFiles

  /// Bytes that are read before they are hashed: reading is not what is compared.
  private static let portion = 64 << 20

  func run() throws -> Measurement {
    let threads = ProcessInfo.processInfo.activeProcessorCount
    var records = 0
    var seconds = 0.0
    try log.forEachChunk(bytes: HashFloor.portion) { chunk in
      let lines = HashedLines(chunk, parts: threads)
      let start = MonotonicClock.seconds
      _ = try parallel(threads) { part in try lines.hash(part) }
      seconds += MonotonicClock.seconds - start
      records += lines.count
      try lines.check()
    }
    return Measurement(count: records, seconds: seconds)
  }
}

/// Lines in memory and their digests. Each thread writes the digests of its own part only.
private final class HashedLines: @unchecked Sendable {
  private static let digestBytes = 32
  /// Every how many lines a digest is compared with what the next record says of it.
  private static let checkInterval = 101

  private let lines: [UnsafeRawBufferPointer]
  private let digests: UnsafeMutablePointer<UInt8>
  private let parts: Int

  init(_ chunk: UnsafeRawBufferPointer, parts: Int) {
    var lines: [UnsafeRawBufferPointer] = []
    chunk.forEachLine { lines.append($0) }
    self.lines = lines
    self.parts = parts
    digests = .allocate(capacity: max(1, lines.count * HashedLines.digestBytes))
  }

  deinit {
    digests.deallocate()
  }

  var count: Int { lines.count }

  func hash(_ part: Int) throws {
    guard let context = EVP_MD_CTX_new() else { throw BenchError("EVP_MD_CTX_new") }
    defer { EVP_MD_CTX_free(context) }
    let algorithm = EVP_sha256()
    var zero: UInt8 = 0
    for place in lines.count * part / parts..<lines.count * (part + 1) / parts {
      guard EVP_DigestInit_ex(context, algorithm, nil) == 1, EVP_DigestUpdate(context, &zero, 1) == 1,
        EVP_DigestUpdate(context, lines[place].baseAddress, lines[place].count) == 1,
        EVP_DigestFinal_ex(context, digests + place * HashedLines.digestBytes, nil) == 1
      else { throw BenchError("EVP_Digest") }
    }
  }

  func check() throws {
    for place in stride(from: 0, to: lines.count - 1, by: HashedLines.checkInterval) {
      let digest = UnsafeBufferPointer(start: digests + place * HashedLines.digestBytes, count: HashedLines.digestBytes)
      let text = digest.map { String(format: "%02x", $0) }.joined()
      guard LineFields(lines[place + 1])?.text(.previoushash) == text else {
        throw BenchError("the floor's hash of a line is not what the next record says: \(text)")
      }
    }
  }
}
