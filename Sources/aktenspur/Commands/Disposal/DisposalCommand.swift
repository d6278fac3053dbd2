import ArgumentParser

struct DisposalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disposal",
    abstract: "Offer closed files to the archive, hand them over, destroy them.",
    discussion: """
      The way of an Akte of the pack akten once its retention has ended: 'offer' writes the message 0501 of xdomea and \
      records the offer; 'decide' takes the archive's answer 0502 in; 'transfer' writes 0503 with the contents of what \
      the archive wants; 'destroy' records the destruction and removes every content that no living Dokument names. \
      What must be kept is refused with the reason.
      """,
    subcommands: [DueCommand.self, Offer.self, Decide.self, Transfer.self, Destroy.self])
}

/// What the subcommands share that record something.
struct DisposalOptions: ParsableArguments {
  @OptionGroup var ledger: LedgerOption
  @OptionGroup var packs: PacksOption
  @OptionGroup var socket: SocketOption
  @Option(help: "On whose behalf, where the caller may say so.") var authid: String?
}

/// Who writes to whom.
struct MessageOptions: ParsableArguments {
  @Option(help: "The version of xdomea: 4.0.0 or 3.1.0.") var schema = "4.0.0"
  @Option(help: "The name of the office; default: the ledger's origin.") var office: String?
  @Option(help: "The name of the archive.") var archive = "Archiv"
}
