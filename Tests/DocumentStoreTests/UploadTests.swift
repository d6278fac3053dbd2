import Foundation
import Testing
import TransparencyLog

@testable import DocumentStore

/// Contents that come in parts.
@Suite struct UploadTests {
  private let scratch: Scratch
  private var store: DocumentStore { scratch.store }
  private let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
  private var digest: Digest { SHA256.hash(bytes) }

  init() throws {
    scratch = try Scratch()
  }

  private func write(_ bytes: some Sequence<UInt8>, to upload: DocumentUpload) throws {
    let result = Array(bytes).withUnsafeBytes { part in
      Result { () throws(DocumentStoreError) in try upload.write(part) }
    }
    try result.get()
  }

  private func uploads() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: store.directory + "/uploads").sorted()
  }

  @Test("A content written in parts is there when it is finished, and not before")
  func parts() throws {
    let upload = try store.upload(digest)
    try write(bytes[..<4000], to: upload)
    try write(bytes[4000...], to: upload)
    #expect(try !store.contains(digest))
    try upload.finish()
    #expect(try store.get(digest) == bytes)
    #expect(try uploads() == [])
  }

  @Test("Bytes of another digest are refused with theirs, and nothing of them is kept")
  func otherContent() throws {
    let upload = try store.upload(digest)
    try write([1, 2, 3], to: upload)
    #expect(throws: DocumentStoreError.otherContent(digest, actual: SHA256.hash([1, 2, 3]), size: 3)) {
      try upload.finish()
    }
    #expect(try !store.contains(digest))
    #expect(try uploads() == [])
  }

  @Test("One that was interrupted is gone on with where it stopped, and nowhere else")
  func interrupted() throws {
    let first = try store.upload(digest)
    try write(bytes[..<4000], to: first)
    try first.interrupt()
    #expect(try store.partSize(of: digest) == 4000)
    #expect(throws: DocumentStoreError.offset(3000, actual: 4000)) { try store.upload(digest, from: 3000) }
    #expect(throws: DocumentStoreError.offset(1, actual: 0)) { try store.upload(SHA256.hash([7]), from: 1) }
    let second = try store.upload(digest, from: 4000)
    try write(bytes[4000...], to: second)
    try second.finish()
    #expect(try store.get(digest) == bytes)
    #expect(try uploads() == [])
  }

  @Test("Of two interrupted ones the longer is kept, and whoever goes on with it has it for himself")
  func contest() throws {
    for length in [4000, 3000] {
      let upload = try store.upload(digest)
      try write(bytes[..<length], to: upload)
      try upload.interrupt()
    }
    #expect(try store.partSize(of: digest) == 4000)
    let mine = try store.upload(digest, from: 4000)
    #expect(throws: DocumentStoreError.offset(4000, actual: 0)) { try store.upload(digest, from: 4000) }
    try mine.discard()
    #expect(try uploads() == [])
  }

  @Test("An upload that nobody holds any more is kept like one that was interrupted")
  func abandoned() throws {
    var upload: DocumentUpload? = try store.upload(digest)
    try write(bytes[..<100], to: try #require(upload))
    upload = nil
    #expect(try store.partSize(of: digest) == 100)
  }

  @Test("What a crash left can be gone on with; what nobody went on with for a week is removed")
  func tidying() throws {
    let upload = try store.upload(digest)
    try write(bytes[..<4000], to: upload)
    // As a process that is killed leaves it.
    try FileManager.default.copyItem(
      atPath: store.directory + "/uploads/" + (try #require(try uploads().first)),
      toPath: "\(store.directory)/uploads/\(digest.hex).0123456789abcdef")
    try upload.discard()
    try store.tidyUploads()
    #expect(try uploads() == ["\(digest.hex).part"])
    #expect(try store.partSize(of: digest) == 4000)
    try store.tidyUploads(now: time(nil) + DocumentStore.patience - 60)
    #expect(try uploads().count == 1)
    try store.tidyUploads(now: time(nil) + DocumentStore.patience + 60)
    #expect(try uploads() == [])
  }
}
