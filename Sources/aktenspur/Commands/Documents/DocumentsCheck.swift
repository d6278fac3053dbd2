import ArgumentParser
import Audit
import LogFormat

struct DocumentsCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Compare every content with its digest and with the records that name it.",
    discussion: """
      Finds contents that were altered or are missing (exit status 1), and names those that no record speaks of. The log is \
      verified as well: what it says of contents counts only where it is sound.
      """)

  @OptionGroup var ledger: LedgerOption
  @Flag(help: "Print one object: ok, contents, altered, missing, surplus, other.") var json = false

  func run() throws {
    let path = try ledger.path()
    let progress = ProgressLine()
    let report: VerificationReport
    do throws(VerifierError) {
      report = try LedgerVerifier(ledger: path, options: .init(documents: true)).run { state in
        progress.show(Double(state.bytes) / Double(max(state.totalBytes, 1)))
      }
    } catch {
      throw Failure(.inputOutput, "\(error)")
    }
    progress.clear()
    let language: Audit.Language = Language.isGerman ? .german : .english
    guard let summary = report.documents else { preconditionFailure("contents were asked for") }
    if json {
      Terminal.print(object(report, summary, language))
    } else {
      Terminal.print(
        Language.text(
          en: "\(summary.contents) contents, \(report.findings.count) findings, \(summary.surplusCount) surplus",
          de: "\(summary.contents) Inhalte, \(report.findings.count) Befunde, \(summary.surplusCount) überzählig"))
      for finding in report.findings {
        let record = finding.sequence.map { " \($0)" } ?? ""
        Terminal.print("\(finding.kind.rawValue)\(record): \(finding.detail.text(in: language))")
      }
      for name in summary.surplus {
        Terminal.print(Language.text(en: "surplus: \(name)", de: "überzählig: \(name)"))
      }
    }
    if !report.isSound { throw ExitCode(Failure.Status.checkFailed.rawValue) }
  }

  private func object(_ report: VerificationReport, _ summary: DocumentSummary, _ language: Audit.Language) -> String {
    func list(_ kinds: (Finding.Kind) -> Bool) -> String {
      let texts = report.findings.filter { kinds($0.kind) }.map { JSONText.string($0.detail.text(in: language)) }
      return "[\(texts.joined(separator: ","))]"
    }
    return #"{"ok":\#(report.isSound),"contents":\#(summary.contents),"altered":\#(list { $0 == .documentAltered }),"#
      + #""missing":\#(list { $0 == .documentMissing }),"surplus":"#
      + "[\(summary.surplus.map { JSONText.string($0) }.joined(separator: ","))]"
      + #","other":\#(list { $0 != .documentAltered && $0 != .documentMissing })}"#
  }
}
