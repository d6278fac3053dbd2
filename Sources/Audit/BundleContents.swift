import TransparencyLog

/// The members of a bundle: what is there, and where in the archive.
struct BundleContents {
  private let archive: BundleInput
  private(set) var members: [BundleMember: Range<UInt64>] = [:]

  /// Reads all headers. Members that do not belong there, or stand there twice, are findings, and so is an archive that
  /// cannot be read to its end.
  init(_ archive: BundleInput, report: (Finding) -> Void) throws(VerifierError) {
    self.archive = archive
    var reader = TarReader(archive)
    while true {
      let next: TarReader.Member?
      do {
        next = try reader.next()
      } catch {
        switch error {
        case .file(let error): throw error
        case .problem(let problem, let offset):
          report(
            Finding(
              .malformed,
              Phrase(
                "das Paket ist bei Byte \(offset) nicht lesbar: \(problem.phrase.german)",
                "the bundle cannot be read at byte \(offset): \(problem.phrase.english)")))
          return
        }
      }
      guard let next else { return }
      guard let member = BundleMember(name: next.name) else {
        report(
          Finding(
            .malformed,
            Phrase("„\(next.name)“ gehört nicht in ein Paket", "\"\(next.name)\" does not belong in a bundle")))
        continue
      }
      guard members[member] == nil else {
        report(
          Finding(
            .malformed, Phrase("\(next.name) steht zweimal im Paket", "\(next.name) stands in the bundle twice")))
        continue
      }
      members[member] = next.contents
    }
  }

  /// No file of a few lines is longer.
  private static let largestText = UInt64(SignedNote.maximumByteCount)

  /// The contents of a small member; nil where it is missing, and where it is far too large to be what it should be.
  func text(of member: BundleMember) throws(VerifierError) -> [UInt8]? {
    guard let range = members[member], range.upperBound - range.lowerBound <= BundleContents.largestText else {
      return nil
    }
    return try archive.bytes(range)
  }

  /// Unpacks what a ledger's directory holds, too, and the records of a selection.
  func unpack(into folder: BundleScratch) throws(VerifierError) {
    for (member, range) in members {
      switch member {
      case .checkpoint, .olderCheckpoint, .segment, .records, .document: break
      case .description, .page, .verifierKey, .consistency, .proof: continue
      }
      try folder.makeFolders(for: member.name)
      let output = try BundleOutput(creating: folder.file(member.name))
      try archive.forEachPiece(of: range) { (piece) throws(VerifierError) in try output.write(piece) }
      try output.flush()
    }
  }
}
