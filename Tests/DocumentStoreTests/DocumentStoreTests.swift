import DocumentStore
import Foundation
import Testing
import TransparencyLog

@Suite struct DocumentStoreTests {
  let scratch: Scratch
  var store: DocumentStore { scratch.store }

  init() throws {
    scratch = try Scratch()
  }

  @Test("A content comes back byte for byte", arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
  func roundTrip(size: Int) throws {
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let digest = try store.put(bytes)
    #expect(try store.contains(digest))
    #expect(try store.get(digest) == bytes)
    #expect(store.check(digest) == nil)
  }

  @Test("A content lies under its SHA-256: two digits of folder, 62 of name, readable by the owner only")
  func layout() throws {
    let digest = try store.put(Array("abc".utf8))
    #expect(digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let file = scratch.file(of: digest)
    #expect(try Data(contentsOf: file) == Data("abc".utf8))
    #expect(try scratch.mode(file) == 0o400)
    #expect(try scratch.mode(file.deletingLastPathComponent()) == 0o700)
    #expect(try scratch.mode(URL(filePath: store.directory)) == 0o700)
    #expect(try scratch.mode(URL(filePath: store.directory + "/sha256")) == 0o700)
  }

  @Test("A content put twice is one file, and the file is not written again")
  func deduplication() throws {
    let digest = try store.put([1, 2, 3])
    let before = try FileManager.default.attributesOfItem(atPath: scratch.file(of: digest).path)
    #expect(try store.put([1, 2, 3]) == digest)
    let after = try FileManager.default.attributesOfItem(atPath: scratch.file(of: digest).path)
    #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
    #expect(try scratch.files().count == 1)
  }

  @Test("A content survives opening the store again")
  func reopening() throws {
    let digest = try store.put([7])
    #expect(try DocumentStore(directory: store.directory).get(digest) == [7])
  }

  @Test("Many threads putting the same and different contents at once lose none and leave nothing behind")
  func concurrentPuts() throws {
    let contents = (0..<40).map { number in (0..<500).map { UInt8(truncatingIfNeeded: $0 &* (number + 1)) } }
    let store = store
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for index in contents.indices {
        failures.record { try store.put(contents[(index + thread * 5) % contents.count]) }
      }
    }
    #expect(failures.all.isEmpty)
    for content in contents { #expect(try store.get(SHA256.hash(content)) == content) }
    #expect(try scratch.files().count == Set(contents).count)
    #expect(try store.check().findings == [])
  }

  @Test("A content that is not there is missing, with its digest")
  func missing() throws {
    let kept = try store.put([1])
    let digest = SHA256.hash([2])
    #expect(try !store.contains(digest))
    #expect(throws: DocumentStoreError.missing(digest)) { try store.get(digest) }
    #expect(store.check(digest) == .missing(digest))
    try FileManager.default.removeItem(at: scratch.file(of: kept))
    #expect(throws: DocumentStoreError.missing(kept)) { try store.get(kept) }
    #expect(store.check(kept) == .missing(kept))
  }

  @Test("An altered content is never given out, and its digest and actual digest are named")
  func altered() throws {
    let digest = try store.put(Array("Bescheid".utf8))
    let forged = Array("Bescheit".utf8)
    try scratch.overwrite(digest, with: forged)
    #expect(throws: DocumentStoreError.altered(digest, actual: SHA256.hash(forged))) { try store.get(digest) }
    #expect(store.check(digest) == .altered(digest, actual: SHA256.hash(forged)))
    #expect(try store.check().findings == [.altered(digest, actual: SHA256.hash(forged))])
  }

  @Test("Putting the right bytes does not cover up an altered content")
  func putOverAltered() throws {
    let bytes = Array("Bescheid".utf8)
    let digest = try store.put(bytes)
    try scratch.overwrite(digest, with: [])
    #expect(throws: DocumentStoreError.altered(digest, actual: SHA256.hash([UInt8]()))) { try store.put(bytes) }
    #expect(try Data(contentsOf: scratch.file(of: digest)).isEmpty)
  }

  @Test("A check names what a crash left, what does not belong and what cannot be read, and goes on")
  func checkFindings() throws {
    let digests = try (0..<20).map { try store.put([UInt8($0)]) }.sorted()
    let root = store.directory + "/sha256"
    try FileManager.default.removeItem(at: scratch.file(of: digests[0]))
    try FileManager.default.createSymbolicLink(
      at: scratch.file(of: digests[0]), withDestinationURL: scratch.file(of: digests[1]))
    try scratch.overwrite(digests[19], with: [99])
    let folder = scratch.file(of: digests[5]).deletingLastPathComponent().path
    let part = "\(store.directory)/uploads/\(digests[5].hex).part"
    try Data([1]).write(to: URL(filePath: part))
    try Data([1]).write(to: URL(filePath: store.directory + "/uploads/Thumbs.db"))
    try Data([1]).write(to: URL(filePath: folder + "/Thumbs.db"))
    try Data([1]).write(to: URL(filePath: root + "/AB"))

    let findings = try store.check().findings

    let unreadable = scratch.file(of: digests[0]).path
    #expect(
      Set(findings) == [
        .unreadable(path: unreadable, .system(call: "open", path: unreadable, errno: ELOOP)),
        .altered(digests[19], actual: SHA256.hash([99])),
        .unfinished(path: part),
        .foreign(path: store.directory + "/uploads/Thumbs.db"),
        .foreign(path: folder + "/Thumbs.db"),
        .foreign(path: root + "/AB"),
      ])
    #expect(findings.count == 6)
  }

  @Test("A put that cannot reach its folder says which call failed, writes nothing, and succeeds once it can")
  func unreachableFolder() throws {
    let bytes: [UInt8] = [1, 2, 3]
    let folder = scratch.file(of: SHA256.hash(bytes)).deletingLastPathComponent().path
    try Data().write(to: URL(filePath: folder))
    #expect {
      try store.put(bytes)
    } throws: { error in
      guard case .system("open", _, ENOTDIR) = error as? DocumentStoreError else { return false }
      return true
    }
    try FileManager.default.removeItem(atPath: folder)
    #expect(try scratch.files() == [])
    let digest = try store.put(bytes)
    #expect(try store.get(digest) == bytes)
  }

  @Test(
    "Nothing is read, found or written through a symbolic link, whether it stands for a content, a folder or the store")
  func links() throws {
    let bytes: [UInt8] = [1, 2, 3]
    let digest = try store.put(bytes)
    let file = scratch.file(of: digest)
    let folder = file.deletingLastPathComponent()
    let elsewhere = scratch.root.appending(path: "elsewhere")

    // The right bytes behind it make it no better.
    try FileManager.default.moveItem(at: folder, to: elsewhere)
    try FileManager.default.createSymbolicLink(atPath: folder.path, withDestinationPath: elsewhere.path)
    for call in [
      { _ = try store.get(digest) }, { _ = try store.contains(digest) }, { _ = try store.put(bytes) },
    ] as [() throws -> Void] {
      let error = #expect(throws: DocumentStoreError.self) { try call() }
      guard case .system("open", _, ELOOP) = error else {
        Issue.record("\(String(describing: error)), expected the link to be refused")
        continue
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.path) == [file.lastPathComponent])

    try FileManager.default.removeItem(atPath: folder.path)
    try FileManager.default.moveItem(at: elsewhere, to: folder)
    try FileManager.default.removeItem(at: file)
    try Data(bytes).write(to: scratch.root.appending(path: "copy"))
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: scratch.root.path + "/copy")
    #expect(throws: DocumentStoreError.self) { try store.get(digest) }
    #expect(throws: DocumentStoreError.self) { try store.put(bytes) }

    let link = scratch.root.appending(path: "link").path
    try FileManager.default.createDirectory(atPath: link, withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: link + "/sha256", withDestinationPath: store.directory + "/sha256")
    #expect(throws: DocumentStoreError.notAStore(path: link)) { try DocumentStore(directory: link) }
  }

  @Test(
    "Only 64 lower-case hexadecimal digits are a digest, so that no name leads out of the store",
    arguments: [
      "../../../../../../../../../../../../../../../../../../etc/passwd", "..", "", "ab/cd",
      String(repeating: "A", count: 64), String(repeating: "a", count: 63), String(repeating: "a", count: 65),
      String(repeating: "a", count: 62) + "..", String(repeating: "a", count: 63) + "/",
      String(repeating: "a", count: 63) + "\u{0}", String(repeating: "a", count: 63) + "٣",
      "0x" + String(repeating: "a", count: 62), String(repeating: "a", count: 63) + "\n",
    ])
  func digests(text: String) {
    #expect(Digest(hex: text) == nil)
  }

  @Test("Opening makes no store, making one twice is refused")
  func explicitCreation() throws {
    let elsewhere = scratch.root.appending(path: "elsewhere").path
    #expect(throws: DocumentStoreError.notAStore(path: elsewhere)) { try DocumentStore(directory: elsewhere) }
    #expect(!FileManager.default.fileExists(atPath: elsewhere))
    #expect(throws: DocumentStoreError.system(call: "mkdir", path: store.directory, errno: EEXIST)) {
      try DocumentStore.create(at: store.directory)
    }
  }
}
