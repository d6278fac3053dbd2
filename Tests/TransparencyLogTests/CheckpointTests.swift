import Testing
import TransparencyLog

@Suite struct CheckpointTests {
  static let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

  @Test("The example of the specification is read and written back unchanged")
  func example() throws {
    let checkpoint = try Checkpoint(text: Self.text)
    #expect(checkpoint.origin == "example.com/behind-the-sofa")
    #expect(checkpoint.size == 20_852_163)
    #expect(checkpoint.root.base64 == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    #expect(checkpoint.extensions.isEmpty)
    #expect(checkpoint.text == Self.text)
  }

  @Test("Extension lines are kept")
  func extensions() throws {
    let checkpoint = try Checkpoint(text: Self.text + "one\ntwo words\n")
    #expect(checkpoint.extensions == ["one", "two words"])
    #expect(checkpoint.text == Self.text + "one\ntwo words\n")
  }

  static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

  @Test(
    "What is no checkpoint is refused with the number of the line",
    arguments: [
      ("", 1), ("\n5\n\(root)\n", 1), ("a b\n5\n\(root)\n", 1), ("a+b\n5\n\(root)\n", 1), ("log\n5\n\(root)", 1),
      ("log\n\n\(root)\n", 2), ("log\n05\n\(root)\n", 2), ("log\n-5\n\(root)\n", 2), ("log\n+5\n\(root)\n", 2),
      ("log\n18446744073709551616\n\(root)\n", 2), ("log\n５\n\(root)\n", 2), ("log\n 5\n\(root)\n", 2),
      ("log\n5\n", 3), ("log\n5\nYmFuYW5hcw==\n", 3), ("log\n5\nThisIsn'tBase64\n", 3), ("log\n0\n\(root)\n", 3),
      ("log\n5\n\(root)\n\n", 4), ("log\n5\n\(root)\none\n\ntwo\n", 5),
    ])
  func malformed(text: String, line: Int) {
    let error = #expect(throws: NoteError.self) { try Checkpoint(text: text) }
    guard case .malformedCheckpoint(line, _) = error else {
      Issue.record("expected line \(line), got \(String(describing: error))")
      return
    }
  }

  @Test("A signed checkpoint opens with its key, and with no other")
  func signed() throws {
    let key = try SigningKey.generate(name: "log.example/akten")
    let checkpoint = Checkpoint(origin: "log.example/akten", size: 0, root: RFC6962.emptyRoot)
    let bytes = Array(try checkpoint.signed(by: key).encoded.utf8)
    #expect(try Checkpoint.open(bytes, by: key.verifierKey) == checkpoint)
    let other = try SigningKey.generate(name: "log.example/akten").verifierKey
    #expect(throws: NoteError.noKnownSignature(expected: ["log.example/akten"])) {
      try Checkpoint.open(bytes, by: other)
    }
  }

  @Test("A key neither signs nor opens the checkpoint of another log")
  func foreignOrigin() throws {
    let key = try SigningKey.generate(name: "log.example/a")
    let checkpoint = Checkpoint(origin: "log.example/b", size: 0, root: RFC6962.emptyRoot)
    let error = NoteError.originMismatch(expected: "log.example/a", found: "log.example/b")
    #expect(throws: error) { try checkpoint.signed(by: key) }
    let note = try SignedNote.sign(checkpoint.text, by: [key])
    #expect(throws: error) { try Checkpoint.open(note, by: key.verifierKey) }
  }
}
