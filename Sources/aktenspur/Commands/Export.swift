import ArgumentParser
import EventLog

struct Export: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the log for others to check.",
    discussion: """
      --tiles DIR: a tree of static files as C2SP tlog-tiles names them, with the newest checkpoint, the hash tiles and \
      the records; into a folder with an earlier state of the same log only what is new.

      --bundle FILE: the log, or with --subject or --from and --to a selection of it, in one tar file with all that is \
      needed to check it elsewhere: proofs, checkpoints, cosignatures, time stamps, pack files, the verifier key, and a \
      page in German that says how. With --socket the daemon is asked first for a checkpoint over all it has recorded.

      --ndjson FILE --subject S: everything recorded on a subject, on what belongs to it (the Vorgänge and Dokumente of \
      an Akte) and about them elsewhere, as NDJSON: the first line says of which log, each other line holds a record \
      exactly as it stands in the log and its proof. 'check --ndjson FILE --key VKEY' checks all of it, without the ledger.

      --evidence-record SEQUENCE: the RFC 4998 evidence record of one record, from the first time stamp over it and \
      those that renewed it.
      """)

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var bundle: ExportBundle
  @OptionGroup var evidence: ExportEvidence
  @OptionGroup var socket: SocketOption
  @Option(help: "The folder of the static tree.") var tiles: String?
  @Option(help: "The file of a subject's records with their proofs.") var ndjson: String?
  @OptionGroup var packs: PacksOption

  func validate() throws {
    guard [tiles != nil, bundle.file != nil, evidence.sequence != nil, ndjson != nil].filter({ $0 }).count == 1 else {
      throw ValidationError("say one of --tiles DIR, --bundle FILE, --ndjson FILE and --evidence-record SEQUENCE")
    }
    if socket.argument != nil, bundle.file == nil, ndjson == nil {
      throw ValidationError("--socket needs --bundle or --ndjson")
    }
    if bundle.subject != nil, bundle.file == nil, ndjson == nil {
      throw ValidationError("--subject needs --bundle or --ndjson")
    }
    if ndjson != nil, bundle.subject == nil { throw ValidationError("--ndjson needs --subject") }
  }

  func run() async throws {
    if let sequence = evidence.sequence {
      try evidence.write(sequence, ledger: try ledger.path())
    } else if let file = bundle.file {
      try await bundle.write(to: file, ledger: try ledger.path(), socket: socket.argument)
    } else if let ndjson, let subject = bundle.subject {
      try await ExportRecords(ledger: try ledger.path(), packs: packs.source, subject: subject)
        .write(to: ndjson, socket: socket.argument)
    } else if let tiles {
      try writeTiles(to: tiles)
    }
  }

  private func writeTiles(to folder: String) throws {
    let reader = try LogReader(LedgerDirectory(try ledger.path()))
    let (size, before) = try TileExport(reader, to: folder).run()
    Terminal.error(
      Language.text(
        en: "\(folder): \(size) records, \(size - before) of them new",
        de: "\(folder): \(size) Datensätze, davon \(size - before) neu"))
  }
}
