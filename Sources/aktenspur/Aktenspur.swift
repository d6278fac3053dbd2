import ArgumentParser

@main
struct Aktenspur: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aktenspur",
    abstract: "An append-only, hash-chained event ledger for a county administration.",
    discussion: """
      Exit status: 0 done and sound · 1 the check failed, or the ledger's content is wrong · 64 usage · \
      65 bad input data · 69 the daemon does not answer · 73 cannot create · 74 I/O error · 75 busy, try again.

      Environment: AKTENSPUR_LEDGER, AKTENSPUR_SOCKET and AKTENSPUR_PACKS stand for --ledger, --socket and --packs.
      """,
    version: Version.text,
    subcommands: [
      Initialize.self, Serve.self, Append.self, Events.self, CheckpointCommand.self, Verify.self,
      Prove.self, Check.self, ConsistencyCommand.self, Export.self, ProjectionsCommand.self,
      DisposalCommand.self, Anchor.self, WitnessCommand.self, ImportCommand.self, FormCommand.self, Documents.self,
      PersonCommand.self, Erase.self, BackupCommand.self, Restore.self, Follow.self, Query.self, HistoryCommand.self,
      FiguresCommand.self, ReportCommand.self, Doctor.self,
    ])

  static func main() async {
    ShortenedFile.endsTheProgram()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Failure.exit(for: error)
    }
  }
}

enum Version {
  static let text = "0.1.0"
}
