import ArgumentParser
import Ledger
import LogFormat

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look at every file of a ledger, and make anew what is derived and wrong.",
    discussion: """
      Says in words what is wrong and what to do. The log itself is checked by 'verify'. Exit status 1 where anything was \
      wrong, also where it has been made anew.
      """)

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var packs: PacksOption
  @Flag(help: "Print an array of objects: name, sound, text.") var json = false

  func run() throws {
    let findings = try LedgerDoctor(ledger: try ledger.path(), packs: packs.source).examine()
    if json {
      let objects = findings.map { finding in
        #"{"name":\#(JSONText.string(finding.name)),"sound":\#(finding.isSound),"text":\#(JSONText.string(text(finding)))}"#
      }
      Terminal.print("[\(objects.joined(separator: ","))]")
    } else {
      for finding in findings {
        Terminal.print((finding.isSound ? "ok    " : Language.text(en: "WRONG ", de: "FEHLER ")) + text(finding))
      }
    }
    if findings.contains(where: { !$0.isSound }) { throw ExitCode(Failure.Status.checkFailed.rawValue) }
  }

  private func text(_ finding: LedgerDoctor.Finding) -> String {
    Language.text(en: finding.english, de: finding.german)
  }
}
