import LogFormat
import TransparencyLog

/// Verifies a bundle, with nothing but the bundle.
///
/// One of the whole log is verified as the ledger it holds. Of a selection every record is shown to stand where it says in
/// the log that the checkpoint covers; see ``BundleSelectionAudit``. Either way the documents are checked.
///
/// What is read more than once is unpacked into a temporary folder.
public struct BundleVerifier: Sendable {
  private let path: String
  private let options: LedgerVerifier.Options

  /// - Parameter bundle: path of the file.
  public init(bundle: String, options: LedgerVerifier.Options = LedgerVerifier.Options()) {
    path = bundle
    var options = options
    options.documents = true
    options.filedContents = false
    self.options = options
  }

  /// - Throws: where files cannot be read or written. What is wrong with the bundle stands in the report.
  public func run(progress: (VerificationProgress) -> Void = { _ in }) throws(VerifierError) -> VerificationReport {
    let archive = try BundleInput(path)
    let folder = options.temporaryDirectory ?? BundleScratch.temporaryDirectory
    let unpacked = try BundleScratch(in: folder, prefix: "aktenspur-bundle-")
    var findings: [Finding] = []
    let contents = try BundleContents(archive) { findings.append($0) }
    let isSelection = checkMembers(contents) { findings.append($0) }
    try contents.unpack(into: unpacked)

    let report: VerificationReport
    if isSelection {
      report = try BundleSelectionAudit(contents: contents, unpacked: unpacked.path, options: options)
        .run(progress: progress)
    } else {
      report = try LedgerVerifier(ledger: unpacked.path, options: options).run(progress: progress)
    }
    try checkDescription(contents, against: unpacked.path) { findings.append($0) }
    try checkKey(contents, against: report.keys.last) { findings.append($0) }
    return report.adding(findings)
  }

  /// Whether all is there that must be, and nothing of the other kind of bundle.
  ///
  /// - Returns: whether the bundle is one of a selection.
  private func checkMembers(_ contents: BundleContents, report: (Finding) -> Void) -> Bool {
    let isSelection = contents.members[.records] != nil
    for member in [BundleMember.description, .page, .verifierKey, .checkpoint] where contents.members[member] == nil {
      report(Finding(.missing, Phrase("im Paket fehlt \(member.name)", "the bundle has no \(member.name)")))
    }
    for member in contents.members.keys {
      let isOfOtherKind =
        switch member {
        case .segment: isSelection
        case .proof, .consistency: !isSelection
        case .description, .page, .verifierKey, .checkpoint, .olderCheckpoint, .records, .document: false
        }
      guard isOfOtherKind else { continue }
      report(
        Finding(
          .malformed,
          Phrase("„\(member.name)“ gehört nicht in dieses Paket", "\"\(member.name)\" does not belong in this bundle")))
    }
    return isSelection
  }

  /// `bundle.json` says of the log what the checkpoint says, and of the selection what the bundle holds.
  private func checkDescription(
    _ contents: BundleContents, against unpacked: String, report: (Finding) -> Void
  ) throws(VerifierError) {
    guard contents.members[.description] != nil else { return }
    guard let description = try contents.description() else {
      report(Finding(.malformed, Phrase("bundle.json ist unlesbar", "bundle.json is unreadable")))
      return
    }
    if (description.selection != .all) != (contents.members[.records] != nil) {
      report(
        Finding(
          .malformed, Phrase("bundle.json nennt eine andere Auswahl", "bundle.json names another selection")))
    }
    let files = try CheckpointFile.load(ledger: unpacked, given: [])
    guard let newest = files.first(where: { $0.role == .newest })?.claim else { return }
    if description != BundleDescription(newest, description.selection) {
      report(
        Finding(
          .inconsistent, sequence: max(newest.size, 1) - 1,
          Phrase("bundle.json sagt anderes als die Prüfsumme", "bundle.json does not say what the checkpoint says")))
    }
  }

  /// `verifier.key` is the key that the bundle's checkpoint was verified with.
  private func checkKey(
    _ contents: BundleContents, against key: String?, report: (Finding) -> Void
  ) throws(VerifierError) {
    guard contents.members[.verifierKey] != nil, let key else { return }
    if try contents.text(of: .verifierKey) != Array("\(key)\n".utf8) {
      report(
        Finding(
          .signature,
          Phrase(
            "verifier.key ist nicht der Schlüssel, mit dem geprüft wurde",
            "verifier.key is not the key that the bundle was verified with")))
    }
  }
}

extension BundleContents {
  func description() throws(VerifierError) -> BundleDescription? {
    try text(of: .description).flatMap { BundleDescription(json: $0) }
  }
}

extension VerificationReport {
  /// The same with further findings, each in its place.
  func adding(_ more: [Finding]) -> VerificationReport {
    var list = FindingList()
    for finding in more + findings { list.append(finding) }
    var report = self
    report.findings = list.sorted
    report.omittedFindings += list.omitted
    return report
  }
}
