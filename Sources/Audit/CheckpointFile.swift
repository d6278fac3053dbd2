import TransparencyLog

/// A signed checkpoint that the log must bear out.
struct CheckpointFile {
  enum Role {
    /// The file `checkpoint`: the newest one.
    case newest
    /// One of `checkpoints/`, which has left the house.
    case kept
    /// One that the auditor has brought along.
    case given
  }

  /// A checkpoint is a few hundred bytes; with many cosignatures a few thousand.
  private static let largestFile = SignedNote.maximumByteCount + 1

  let name: String
  let role: Role
  /// The note and its text, or why it cannot be read.
  let content: Result<(note: SignedNote, checkpoint: Checkpoint), NoteError>

  /// What the text claims; whether it is signed is another question.
  var claim: Checkpoint? { (try? content.get())?.checkpoint }

  private init(_ bytes: [UInt8], name: String, role: Role) {
    self.name = name
    self.role = role
    do throws(NoteError) {
      let note = try SignedNote(parsing: bytes)
      content = .success((note, try Checkpoint(text: note.text)))
    } catch {
      content = .failure(error)
    }
  }

  /// All that the ledger has (the newest first, if it is there), and those given by path.
  static func load(ledger: String, given: [String]) throws(VerifierError) -> [CheckpointFile] {
    var files: [CheckpointFile] = []
    if let bytes = try smallFile(ledger + "/checkpoint", limit: largestFile) {
      files.append(CheckpointFile(bytes, name: "checkpoint", role: .newest))
    }
    for name in try directoryEntries(ledger + "/checkpoints") ?? [] {
      guard let bytes = try smallFile(ledger + "/checkpoints/" + name, limit: largestFile) else { continue }
      files.append(CheckpointFile(bytes, name: "checkpoints/" + name, role: .kept))
    }
    for path in given {
      guard let bytes = try smallFile(path, limit: largestFile) else { throw .noCheckpoint(path: path) }
      files.append(CheckpointFile(bytes, name: path, role: .given))
    }
    return files
  }
}
