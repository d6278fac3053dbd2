import ArgumentParser
import EventLog
import Foundation
import Ledger
import LogFormat
import TransparencyLog
import Xdomea

struct Offer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Offer files to the archive: write the message 0501 and record the offer.",
    discussion: "Without names all files that are due are offered. The file is there only if the offer is recorded.")

  @OptionGroup var options: DisposalOptions
  @OptionGroup var message: MessageOptions
  @Option(name: .shortAndLong, help: "The message's file.") var output: String
  @Argument(help: "Files, e.g. akte/10.03/2012/1; default: all that are due.") var files: [String] = []

  func run() async throws {
    let version = try message.version
    let reading = try FileReading(LedgerReader(at: try options.ledger.path(), packs: options.packs.source))
    let subjects =
      try files.isEmpty
      ? DueList.files("anbietung", in: reading.snapshot, on: reading.day)
      : files.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    guard !subjects.isEmpty else { return Terminal.error(Language.text(en: "nothing is due", de: "nichts ist fällig")) }
    let nachricht = try message.nachricht(
      .anbieteverzeichnis, version, process: UUID(), akten: subjects.map { try reading.akte($0) }, reading)
    let xml = nachricht.xml
    let digest = "sha256:\(SHA256.hash(Array(xml)).hex)"
    var events = DisposalEvents(authid: options.authid)
    let process = nachricht.prozess.uuidString.lowercased()
    for subject in subjects {
      events.add(
        "angeboten", subject, id: "angeboten-\(process)-\(subject)",
        [
          ("prozess", process), ("objekt", reading.id(of: subject).uuidString.lowercased()),
          ("archiv", message.archive), ("schema", version.rawValue), ("nachricht", digest),
        ])
    }
    try await PendingFile.write(Array(xml), to: output) { [events] in
      try await DaemonClient.withConnection(to: try options.socket.path()) { try await events.record(through: $0) }
    }
    Terminal.error(
      Language.text(
        en: "\(output): \(subjects.count) files offered, process \(process)",
        de: "\(output): \(subjects.count) Akten angeboten, Prozess \(process)"))
  }
}

extension MessageOptions {
  var version: SchemaVersion {
    get throws {
      guard let version = SchemaVersion(rawValue: schema) else {
        let known = SchemaVersion.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--schema: expected one of \(known), found \(schema)")
      }
      return version
    }
  }

  func nachricht(
    _ art: Nachricht.Art, _ version: SchemaVersion, process: UUID, akten: [Akte], _ reading: FileReading
  ) -> Nachricht {
    Nachricht(
      art, version: version, id: UUID(), prozess: process, zeit: Timestamp.now.text,
      behoerde: office ?? reading.reader.log.description.origin, archiv: archive,
      produkt: ("Aktenspur", Version.text), akten: akten)
  }
}

/// A file that gets its name only when what it tells of has been done.
enum PendingFile {
  static func write(_ bytes: [UInt8], to path: String, then body: () async throws -> Void) async throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      // The log may hold the digest of what stands there.
      throw Failure(
        .cannotCreate, Language.text(en: "\(path): is there already", de: "\(path): gibt es schon"))
    }
    let pending = path + ".part"
    try OutputFile.write(bytes, to: pending)
    do {
      try await body()
    } catch {
      unlink(pending)
      throw error
    }
    guard rename(pending, path) == 0 else {
      throw Failure(.cannotCreate, "\(path): \(String(cString: strerror(errno))); the message is in \(pending)")
    }
  }
}
