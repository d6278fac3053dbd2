import TransparencyLog

/// The checkpoints of a ledger that go into a bundle: the newest, with all signatures that are known of it, and the older
/// ones that left the house.
struct BundleCheckpoints {
  struct Older {
    var size: UInt64
    var note: String
  }

  let newest: Checkpoint
  let newestNote: String
  /// In ascending order of size.
  let older: [Older]

  /// - Throws: ``BundleError/checkpoint(name:reason:)`` where one is not what the ledger's key has signed. A bundle that
  ///   leaves it out would hide it.
  init(_ files: [CheckpointFile], names: Names, newest: Checkpoint) throws(BundleError) {
    var note: SignedNote?
    var older: [Older] = []
    for file in files {
      do throws(NoteError) {
        let (found, claim) = try file.content.get()
        _ = try names.open(found, as: file.role)
        if claim.size < newest.size {
          older.append(Older(size: claim.size, note: found.encoded))
        } else if found.text.utf8.elementsEqual(newest.text.utf8) {
          // The witnesses' signatures are kept beside, not in the file that the ledger replaces every second.
          guard var known = note else {
            note = found
            continue
          }
          try known.append(signatureLines: found.signatures.map(\.line).joined())
          note = known
        } else {
          throw .originMismatch(expected: newest.text, found: found.text)
        }
      } catch {
        throw .checkpoint(name: file.name, reason: "\(error)")
      }
    }
    guard let note else { throw .noCheckpoint }
    self.newest = newest
    newestNote = note.encoded
    self.older = older.sorted { $0.size < $1.size }
  }
}
