import Foundation
public import LogFormat
public import TransparencyLog

extension Log {
  /// The source of the ledger's own records.
  public static let ledgerSource = "urn:aktenspur:ledger"
  /// The subject of the ledger's own records.
  public static let ledgerSubject = "ledger"
  /// The prefix of the ledger's own event types; clients cannot send them.
  public static let ledgerTypePrefix = "de.aktenspur.ledger."
  /// `recordedby` and `authid` of the ledger's own records.
  public static let ledgerPrincipal = "aktenspur"

  /// Makes a new ledger: directory, key, record 0 and the first checkpoint.
  ///
  /// Everything is made beside the place and renamed to it at the end, so that no half-made ledger is ever there.
  ///
  /// - Throws: ``LedgerOpenError/exists(_:)`` where there is something already.
  public static func create(
    _ directory: LedgerDirectory, origin: String, timeZone: String = "Europe/Berlin", at time: Timestamp = .now
  ) throws -> VerifierKey {
    let key = try SigningKey.generate(name: origin)
    let parent = (directory.path as NSString).deletingLastPathComponent
    let existing = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    guard existing.isEmpty, !FileManager.default.fileExists(atPath: directory.description) else {
      throw LedgerOpenError.exists(directory.path)
    }
    try FileManager.default.createDirectory(
      atPath: parent.isEmpty ? "." : parent, withIntermediateDirectories: true)

    let draft = LedgerDirectory(directory.path + ".new")
    try? FileManager.default.removeItem(atPath: draft.path)
    try SystemCall.makeDirectory(draft.path)
    for folder in LedgerDirectory.folders {
      try SystemCall.makeDirectory(draft.path + "/" + folder.name, mode: folder.mode)
    }
    let description = LedgerDescription(origin: origin, timeZone: timeZone, created: time.text)
    try SystemCall.replace(draft.signingKey, with: Array((key.encoded + "\n").utf8), mode: 0o600)
    try SystemCall.replace(draft.description, with: Array(description.json.utf8), mode: 0o640)
    try SystemCall.replace(draft.lock, with: [])

    let line = try firstLine(description, key.verifierKey, at: time)
    try SystemCall.replace(Segment(first: 0).path(in: draft), with: line + [0x0A])
    var frontier = Frontier()
    frontier.append(RFC6962.leafHash(line))
    let checkpoint = Checkpoint(origin: origin, size: 1, root: frontier.root)
    try SystemCall.replace(draft.checkpoint, with: Array(checkpoint.signed(by: key).encoded.utf8))
    try SystemCall.synchronizeDirectory(draft.path)
    try SystemCall.rename(draft.path, directory.path)
    try SystemCall.synchronizeDirectory(parent.isEmpty ? "." : parent)
    return key.verifierKey
  }

  /// Record 0: what a verifier needs to begin with.
  private static func firstLine(
    _ description: LedgerDescription, _ key: VerifierKey, at time: Timestamp
  ) throws -> [UInt8] {
    let data = """
      {"origin":\(JSONText.string(description.origin)),"verifierkey":\(JSONText.string("\(key)")),\
      "format":\(LedgerDescription.formatVersion),"hash":"sha256","timezone":\(JSONText.string(description.timeZone))}
      """
    let event = Event(
      id: "eroeffnet", source: ledgerSource, type: ledgerTypePrefix + "eroeffnet", subject: ledgerSubject,
      time: time.text, extensions: [Extension("authid", .string(ledgerPrincipal))],
      payload: .json(try JSONDocument(data).root))
    var line: [UInt8] = []
    event.writeLine(
      stamp: Stamp(
        sequence: 0, subjectVersion: 1, recordedTime: time, recordedBy: ledgerPrincipal, batchEnd: nil,
        previousHash: .zero),
      to: &line)
    return line
  }
}
