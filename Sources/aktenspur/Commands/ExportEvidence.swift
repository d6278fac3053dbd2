import ArgumentParser
import EventLog
import Ledger

/// `export --evidence-record SEQUENCE`: the RFC 4998 evidence record of one record, whose data object is the record's
/// line without LF.
struct ExportEvidence: ParsableArguments {
  @Option(
    name: .customLong("evidence-record"),
    help: "The sequence of a record whose evidence record (RFC 4998) is wanted: that a time stamp covers it.")
  var sequence: UInt64?
  @Option(name: .shortAndLong, help: "Of an evidence record: the file for its DER; without it to stdout.")
  var output: String?

  func validate() throws {
    if output != nil, sequence == nil { throw ValidationError("--output needs --evidence-record") }
  }

  func write(_ sequence: UInt64, ledger: String) throws {
    let evidence: [UInt8]
    do {
      evidence = try EvidenceExport(try LogReader(LedgerDirectory(ledger))).evidenceRecord(of: sequence)
    } catch let error as AnchorError {
      throw Failure(ExportEvidence.status(of: error), "\(error)")
    }
    guard let output else { return Terminal.write(evidence) }
    try OutputFile.write(evidence, to: output)
  }

  private static func status(of error: AnchorError) -> Failure.Status {
    switch error {
    case .notStamped, .noRecord: .badInput
    case .record, .noToken: .checkFailed
    }
  }
}
