import TransparencyLog

extension Target {
  /// Signed notes, checkpoints and cosignatures.
  static let note = Target(name: "note") { bytes in
    guard let note = try? SignedNote(parsing: bytes) else { return }
    try hold(note.encoded.utf8.elementsEqual(bytes), "a note is written as it was read")
    if let checkpoint = try? Checkpoint(text: note.text) {
      try hold(checkpoint.text.utf8.elementsEqual(note.text.utf8), "a checkpoint is written as it was read")
      let foreign = try Checkpoint(foreign: note.text)
      try hold(foreign == checkpoint, "a witness reads our checkpoints as we do")
    }
    for signature in note.signatures {
      if let cosignature = try? Cosignature(signature) {
        try hold(cosignature.bytes == signature.bytes, "a cosignature is written as it was read")
      }
    }
    // No signature of these is real: of each key the answer is a refusal.
    for key in knownKeys {
      if let open = try? Checkpoint.open(note, by: key) {
        try hold(
          bytes.elementsEqual(realNote.utf8), "\(open.origin) is not opened with a signature that is not its own")
      }
    }
  }

  /// Proofs of single records (`.tlog-proof`).
  static let proof = Target(name: "proof") { bytes in
    guard let proof = try? TlogProof(parsing: bytes) else { return }
    if String(validating: proof.checkpoint, as: UTF8.self) != nil {
      try hold(proof.encoded.utf8.elementsEqual(bytes), "a proof is written as it was read")
    }
    // The arithmetic of sizes and indexes up to 2^64.
    for size in [proof.index, proof.index &+ 1, .max] {
      let holds = InclusionProof.verify(
        proof.hashes, leaf: .zero, index: proof.index, size: size, root: RFC6962.emptyRoot)
      try hold(!holds, "no proof leads to the root of the empty tree")
    }
  }

  /// Paths of tiles, one a line, and bundles of entries.
  static let tile = Target(name: "tile") { bytes in
    if let path = String(validating: bytes, as: UTF8.self) {
      if let tile = Tile(path: path) {
        try hold(tile.path.utf8.elementsEqual(path.utf8), "a tile has one path")
        try hold((1...Tile.fullWidth).contains(tile.width), "a tile has 1 to 256 hashes")
        _ = Tile(level: tile.level, index: tile.index, of: .max)
      }
      if let tile = EntryTile(path: path) {
        try hold(tile.path.utf8.elementsEqual(path.utf8), "a bundle of entries has one path")
        try hold(Tile(path: path) == nil, "a path is that of hashes or of entries")
      }
    }
    guard let entries = EntryTile.entries(of: bytes) else { return }
    var again: [UInt8] = []
    for entry in entries { Array(entry).withUnsafeBytes { EntryTile.append($0, to: &again) } }
    try hold(again == bytes, "entries are written as they were read")
  }

  /// What a witness is sent, and the policy that names witnesses.
  static let witness = Target(name: "witness") { bytes in
    if let request = try? AddCheckpointRequest(parsing: bytes) {
      try hold(request.encoded.utf8.elementsEqual(bytes), "a request is written as it was read")
    }
    if let policy = try? WitnessPolicy(parsing: bytes), let note = try? SignedNote(parsing: Array(realNote.utf8)) {
      _ = try? policy.isSatisfied(by: note)
    }
    if let text = String(validating: bytes, as: UTF8.self), let key = try? VerifierKey(text) {
      try hold(key.description.utf8.elementsEqual(text.utf8), "a key is written as it was read")
    }
  }

  /// The example of C2SP signed-note.
  private static let realNote = """
    This is an example message.

    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

    """

  private static let knownKeys = ["example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"]
    .compactMap { try? VerifierKey($0) }
}
