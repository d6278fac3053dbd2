import ArgumentParser
import EventLog
import Foundation
import Ledger
import ReadModels
import TransparencyLog
import Xdomea

struct Transfer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hand files over to the archive: write the message 0503 with the contents beside it, and record it.",
    discussion: """
      Without names all files are handed over that the archive has valued as worth archiving, in whole or in part; of \
      each only what the archive wants, and what that lies in. Reading each content is recorded, also of the detached \
      signatures, which go with what they sign. A content that the ledger does not hold (it stays in the DMS) is named \
      on stderr; its digest is in the message.
      """)

  @OptionGroup var options: DisposalOptions
  @OptionGroup var message: MessageOptions
  @Option(name: .shortAndLong, help: "The folder of the message and the contents; it must not be there yet.")
  var output: String
  @Argument(help: "Files, e.g. akte/10.03/2012/1; default: all that the archive wants.") var files: [String] = []

  private static let wanted = """
    SELECT a.subject
    FROM akte AS a
    JOIN akte_archiv AS r
      ON r.akte = a.subject
    WHERE a.zustand = 'bewertet'
    AND r.bewertung <> 'V'
    ORDER BY a.subject
    """

  func run() async throws {
    let version = try message.version
    let reading = try FileReading(LedgerReader(at: try options.ledger.path(), packs: options.packs.source))
    var subjects =
      try files.isEmpty
      ? PackTables.rows(Transfer.wanted, [:], in: reading.snapshot).rows.map { $0[0].shown }
      : files.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    // Found out before any content is read: reading is recorded.
    let obstacles = try reading.obstacles(to: subjects)
    for subject in subjects { obstacles[subject].map { Terminal.error("\(subject): \($0)") } }
    subjects.removeAll { obstacles[$0] != nil }
    guard files.isEmpty || obstacles.isEmpty else {
      throw Failure(
        .badInput, Language.text(en: "nothing was handed over, see above", de: "nichts wurde abgegeben, siehe oben"))
    }
    guard !subjects.isEmpty else {
      return Terminal.error(
        obstacles.isEmpty
          ? Language.text(en: "the archive wants nothing", de: "das Archiv will nichts")
          : Language.text(en: "nothing can be handed over yet", de: "noch kann nichts abgegeben werden"))
    }
    guard !FileManager.default.fileExists(atPath: output) else {
      throw Failure(.cannotCreate, Language.text(en: "\(output): is there already", de: "\(output): gibt es schon"))
    }
    let akten = try subjects.map { try reading.wanted(of: $0) }
    let nachricht = message.nachricht(.aussonderung, version, process: UUID(), akten: akten, reading)
    let pending = output + ".part"
    try FileManager.default.createDirectory(atPath: pending, withIntermediateDirectories: false)
    do {
      try await DaemonClient.withConnection(to: try options.socket.path()) { client in
        try await write(nachricht, subjects, reading.snapshot.head.size, into: pending, client)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: pending)
      throw error
    }
    guard rename(pending, output) == 0 else {
      throw Failure(.cannotCreate, "\(output): \(String(cString: strerror(errno))); the message is in \(pending)")
    }
    Terminal.error(
      Language.text(
        en: "\(output): \(subjects.count) files handed over", de: "\(output): \(subjects.count) Akten abgegeben"))
  }

  private func write(
    _ nachricht: Nachricht, _ subjects: [String], _ snapshotSize: UInt64, into folder: String, _ client: DaemonClient
  ) async throws {
    for (subject, akte) in zip(subjects, nachricht.akten) {
      for dokument in akte.dokumente + akte.vorgaenge.flatMap(\.dokumente) {
        for version in dokument.versionen {
          let files = [(sha256: version.sha256, name: version.dateiname(in: dokument))]
          for file in files + version.signaturdateien(in: dokument) {
            let found = try await fetch(file.sha256, for: subject, to: "\(folder)/\(file.name)", client)
            guard !found else { continue }
            let place = "\(dokument.kennzeichen) Version \(version.nummer)"
            Terminal.error(
              Language.text(
                en: "\(place): sha256:\(file.sha256) is not with the ledger",
                de: "\(place): sha256:\(file.sha256) liegt nicht beim Protokoll"))
          }
        }
      }
    }
    let xml = Array(nachricht.xml)
    try OutputFile.write(xml, to: "\(folder)/\(nachricht.dateiname)")
    let process = nachricht.prozess.uuidString.lowercased()
    var events = DisposalEvents(authid: options.authid)
    for subject in subjects {
      events.add(
        "abgegeben", subject, id: "abgegeben-\(process)-\(subject)",
        [
          ("prozess", process), ("archiv", message.archive), ("schema", nachricht.version.rawValue),
          ("nachricht", "sha256:\(SHA256.hash(xml).hex)"),
        ], numbers: [("stand", snapshotSize)])
    }
    try await events.record(through: client)
  }

  /// Writes a content beside the message, and holds what came against its digest.
  ///
  /// - Returns: whether the ledger holds it.
  private func fetch(
    _ sha256: String, for subject: String, to path: String, _ client: DaemonClient
  ) async throws -> Bool {
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
    else { throw Failure(.cannotCreate, "\(path): \(String(cString: strerror(errno)))") }
    defer { try? file.close() }
    var query = [("subject", subject), ("grund", "Abgabe an das Archiv")]
    if let authid = options.authid { query.append(("authid", authid)) }
    var hasher = SHA256Hasher()
    let answer = try await client.send(.get("/v1/documents/sha256:\(sha256)", query: query)) { chunk in
      chunk.withUnsafeBytes { hasher.update($0) }
      try file.write(contentsOf: Data(chunk))
    }
    if answer.status == 404 {
      unlink(path)
      return false
    }
    guard answer.isSuccess else { throw answer.failure }
    guard hasher.finalize().hex == sha256 else {
      throw Failure(.checkFailed, "sha256:\(sha256): the content that came is another")
    }
    return true
  }
}
