import ArgumentParser
import Ledger

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check what is derived from the log, and make it anew where it is wrong.",
    discussion: "Says in words what is wrong and what to do. The log itself is checked by 'verify'.")

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var packs: PacksOption

  func run() throws {
    var isSound = true
    for finding in try LedgerDoctor(ledger: try ledger.path(), packs: packs.source).examine() {
      isSound = isSound && finding.isSound
      let text = Language.text(en: finding.english, de: finding.german)
      Terminal.print((finding.isSound ? "ok    " : Language.text(en: "WRONG ", de: "FEHLER ")) + text)
    }
    if !isSound { throw ExitCode(Failure.Status.checkFailed.rawValue) }
  }
}
