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

  /// Makes a new ledger in a directory that is empty or not there yet: folders, key, record 0 and the first checkpoint.
  ///
  /// `ledger.json` is written last: without it there is no ledger, so a crash leaves none that is half made.
  ///
  /// - Throws: ``LedgerOpenError/exists(_:)`` where there is something already.
  public static func create(
    _ directory: LedgerDirectory, origin: String, timeZone: String = "Europe/Berlin", at time: Timestamp = .now
  ) throws -> VerifierKey {
    let key = try SigningKey.generate(name: origin)
    try makeFolders(of: directory)
    let description = LedgerDescription(origin: origin, timeZone: timeZone, created: time.text)
    try SystemCall.replace(directory.signingKey, with: Array((key.encoded + "\n").utf8), mode: 0o600)
    try SystemCall.replace(directory.lock, with: [])
    let line = try firstLine(description, key.verifierKey, at: time)
    try SystemCall.replace(Segment(first: 0).path(in: directory), with: line + [0x0A])
    var frontier = Frontier()
    frontier.append(RFC6962.leafHash(line))
    let checkpoint = Checkpoint(origin: origin, size: 1, root: frontier.root)
    try SystemCall.replace(directory.checkpoint, with: Array(checkpoint.signed(by: key).encoded.utf8))
    try SystemCall.replace(directory.description, with: Array(description.json.utf8))
    try SystemCall.synchronizeDirectory(directory.path + "/..")
    return key.verifierKey
  }

  /// The folders of a new ledger.
  ///
  /// - Throws: ``LedgerOpenError/exists(_:)`` where there is something already.
  static func makeFolders(of directory: LedgerDirectory) throws {
    if !FileManager.default.fileExists(atPath: directory.path) {
      try FileManager.default.createDirectory(
        atPath: directory.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    }
    guard try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty else {
      throw LedgerOpenError.exists(directory.path)
    }
    for folder in LedgerDirectory.folders {
      try SystemCall.makeDirectory(directory.path + "/" + folder.name, mode: folder.mode)
    }
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
