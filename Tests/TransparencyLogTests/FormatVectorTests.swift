import Testing
import TransparencyLog

/// Notes, keys and checkpoints from the tests of transparency-dev/formats and from the C2SP specifications.
@Suite(.enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absence)))
struct FormatVectorTests {
  struct CheckpointCases: Decodable {
    struct Case: Decodable {
      var desc: String
      var text: String
      var want_err: Bool
      var origin: String?
      var size: UInt64?
      var rest: String?
    }
    var cases: [Case]
  }

  @Test("Checkpoints are read and refused as the Go parser does, but for roots of other lengths and empty lines")
  func checkpoints() throws {
    let cases = try Vectors.decode("formats/checkpoint_unmarshal.json", as: CheckpointCases.self).cases
    #expect(cases.count >= 12)
    for item in cases {
      // Go takes a root of any length and empty extension lines; C2SP does not.
      #expect(throws: NoteError.self, "\(item.desc)") { try Checkpoint(text: item.text) }
      guard !item.want_err else { continue }
      var lines = item.text.split(separator: "\n", omittingEmptySubsequences: false)
      lines[2] = Substring(RFC6962.emptyRoot.base64)
      let text = lines.joined(separator: "\n")
      if let rest = item.rest, rest.hasPrefix("\n") {
        #expect(throws: NoteError.malformedCheckpoint(line: 4, expected: "an extension line that is not empty")) {
          try Checkpoint(text: text)
        }
        continue
      }
      let checkpoint = try Checkpoint(text: text)
      #expect(checkpoint.origin == item.origin)
      #expect(checkpoint.size == item.size)
      #expect(checkpoint.extensions.map { $0 + "\n" }.joined() == item.rest ?? "")
    }
  }

  struct Notes: Decodable {
    struct Case: Decodable {
      var vkey: String
      var note: String
      var ok: Bool
    }
    var ecdsa_type_0x02: [Case]
    var ed25519_type_0x01: [Case]
    var vkeys_valid: [String]
    var vkeys_upstream_accepts_but_key_id_mismatch: [String]
    var vkeys_invalid: [String]
  }

  @Test("Ed25519 notes verify, ECDSA notes are read and refused by the name of their type")
  func notes() throws {
    let notes = try Vectors.decode("formats/signed_notes.json", as: Notes.self)
    #expect(!notes.ed25519_type_0x01.isEmpty && !notes.ecdsa_type_0x02.isEmpty)
    for item in notes.ed25519_type_0x01 {
      let key = try VerifierKey(item.vkey)
      let note = try SignedNote(parsing: Array(item.note.utf8))
      #expect(note.encoded == item.note)
      if item.ok {
        #expect(try note.verified(by: [key]) == [key])
      } else {
        #expect(throws: NoteError.self) { try note.verified(by: [key]) }
      }
    }
    for item in notes.ecdsa_type_0x02 {
      #expect(throws: NoteError.self) {
        // One of the upstream keys is a known one under another name, for which its key ID is still right.
        let key = try VerifierKey(item.vkey)
        #expect(key.algorithm == .ecdsa)
        _ = try SignedNote(parsing: Array(item.note.utf8)).verified(by: [key])
      }
    }
  }

  @Test("Keys of every type are read, those whose ID does not fit are refused")
  func keys() throws {
    let notes = try Vectors.decode("formats/signed_notes.json", as: Notes.self)
    for vkey in notes.vkeys_valid { #expect(try VerifierKey(vkey).description == vkey) }
    for vkey in notes.vkeys_upstream_accepts_but_key_id_mismatch {
      let error = #expect(throws: NoteError.self) { try VerifierKey(vkey) }
      guard case .keyIDMismatch = error else {
        Issue.record("\(vkey.prefix(20)): \(String(describing: error))")
        continue
      }
    }
    for vkey in notes.vkeys_invalid {
      #expect(throws: NoteError.self, "\(vkey)") { try VerifierKey(vkey) }
    }
  }

  struct Examples: Decodable {
    struct Note: Decodable {
      var vkey: String?
      var note: String
    }
    var signed_note_example: Note
    var cosigned_checkpoint_example: Note
  }

  @Test("The examples of the specifications are read; the cosignature carries its time")
  func examples() throws {
    let examples = try Vectors.decode("c2sp-specs/spec-examples.json", as: Examples.self)
    let key = try VerifierKey(#require(examples.signed_note_example.vkey))
    let note = try SignedNote(parsing: Array(examples.signed_note_example.note.utf8))
    #expect(try note.verified(by: [key]) == [key])
    let cosigned = try SignedNote(parsing: Array(examples.cosigned_checkpoint_example.note.utf8))
    #expect(cosigned.encoded == examples.cosigned_checkpoint_example.note)
    #expect(try Checkpoint(text: cosigned.text).size == 20_852_163)
    let witness = try #require(cosigned.signatures.last)
    #expect(witness.name == "witness.example.com/w1")
    #expect(witness.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } == 1_679_315_147)
  }
}
