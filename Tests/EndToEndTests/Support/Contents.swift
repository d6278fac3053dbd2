import Foundation
import TransparencyLog

/// A content to be filed, in a file of its own.
struct SampleContent {
  let file: URL
  let size: Int
  let digest: String

  var name: String { "sha256:" + digest }
  var path: String { "/v1/documents/sha256:" + digest }

  /// Where the ledger keeps it.
  func place(in ledger: LedgerUnderTest) -> URL {
    ledger.folder.file("ledger/documents/sha256/\(digest.prefix(2))/\(digest.dropFirst(2))")
  }

  init(_ bytes: Data, in folder: ScratchFolder) throws {
    let digest = SHA256.hash(Array(bytes)).hex
    self.digest = digest
    size = bytes.count
    file = folder.file("content-\(digest)")
    try bytes.write(to: file)
  }

  /// The digest of a file, read in parts.
  static func digest(of file: URL) throws -> String {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    var hasher = SHA256Hasher()
    while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty { part.withUnsafeBytes { hasher.update($0) } }
    return hasher.finalize().hex
  }

  /// Megabytes that are not all the same.
  init(megabytes: Int, in folder: ScratchFolder) throws {
    let file = folder.file("content-\(megabytes)-\(UUID().uuidString)")
    guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
      throw CocoaError(.fileWriteUnknown)
    }
    let handle = try FileHandle(forWritingTo: file)
    var hasher = SHA256Hasher()
    for number in 0..<megabytes {
      var part = Data(repeating: UInt8(truncatingIfNeeded: number), count: 1 << 20)
      part.replaceSubrange(0..<8, with: withUnsafeBytes(of: UInt64(number)) { Data($0) })
      part.withUnsafeBytes { hasher.update($0) }
      try handle.write(contentsOf: part)
    }
    try handle.close()
    self.file = file
    size = megabytes << 20
    digest = hasher.finalize().hex
  }
}

extension LedgerUnderTest {
  /// What `PUT /v1/documents/…` answers.
  struct FilingAnswer: Decodable, Equatable {
    var digest: String
    var size: Int
    var mediatype: String
    var sequence: Int
    var duplicate: Bool
  }

  /// Files a content; from `offset` on, where `curl` is to go on with it.
  func put(
    _ content: SampleContent, path: String? = nil, mediaType: String? = nil, headers: [String] = [], offset: Int? = nil
  ) throws -> Answer {
    let type = mediaType.map { ["Content-Type: \($0)"] } ?? []
    return try curl.send(path ?? content.path, headers: type + headers, upload: content.file, offset: offset)
  }

  /// Reads a content on the record.
  func read(_ content: SampleContent, headers: [String] = [], subject: String = "dokument/1") throws -> Answer {
    try get(content.path + "?subject=\(subject)&grund=Pr%C3%BCfung", headers: headers)
  }

  /// Reads a content into a file, which may be large.
  ///
  /// - Returns: the status.
  func read(_ content: SampleContent, to file: URL) throws -> Int? {
    let result = try Program.run(
      Curl.program,
      [
        "--silent", "--unix-socket", socket, "--output", file.path, "--write-out", "%{http_code}",
        "http://ledger\(content.path)?subject=dokument/1&grund=x",
      ])
    return result.status == 0 ? Int(result.text) : nil
  }

  /// The records of a type of the ledger's own.
  func ownRecords(_ name: String) throws -> [OwnRecord] {
    try logLines().compactMap { line in
      let record = try JSONDecoder().decode(OwnRecord.self, from: line)
      return record.type == "de.aktenspur.ledger." + name ? record : nil
    }
  }

  /// One of the ledger's records about contents and readings.
  struct OwnRecord: Decodable {
    struct Content: Decodable {
      var inhalt: String?
      var groesse: Int?
      var medientyp: String?
      var subject: String?
      var grund: String?
      var person: String?
      var von: Int?
      var bis: Int?
      var reste: Int?
    }

    var type: String
    var subject: String
    var authid: String?
    var recordedby: String
    var data: Content
  }
}
