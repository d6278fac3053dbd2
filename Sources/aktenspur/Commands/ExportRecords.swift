import EventLog
import Ledger
import LogFormat
import TransparencyLog

/// `export --ndjson FILE --subject S`: the records of a subject and of what belongs to it, each with its proof.
///
/// ```
/// {"format":"aktenspur-records/1","origin":"…","subject":"akte/…","parts":["vorgang/…"],"records":9,"size":812,"root":"…"}
/// {"sequence":17,"proof":"c2sp.org/tlog-proof@v1\n…","record":{"specversion":"1.0",…}}
/// ```
///
/// A record's bytes are those of the log: what stands behind `"record":` without the line's last brace is the text that
/// its leaf hash is made of. All proofs speak of one checkpoint. The records stand in the order of the log, and those of the
/// subject and its parts are all there, from version 1: ``Completeness`` finds what was taken out, doubled or exchanged.
struct ExportRecords {
  static let format = "aktenspur-records/1"

  let ledger: String
  let packs: PackSource
  let subject: String

  /// - Parameter socket: of the ledger's daemon, which is then asked to sign a checkpoint over all that is durable.
  func write(to file: String, socket: String?) async throws {
    let found = try LedgerReader(at: ledger, packs: packs).records(of: subject)
    if let socket {
      try await DaemonClient.withConnection(to: socket) { client in
        let answer = try await client.send(.post("/checkpoint"))
        guard answer.isSuccess else { throw answer.failure }
      }
    }
    let reader = try LogReader(LedgerDirectory(ledger))
    let tree = try reader.signedTree()
    let records = found.records.filter { $0.sequence < tree.size }
    guard records.count == found.records.count else {
      throw Failure(
        .busy,
        Language.text(
          en: "\(found.records.count - records.count) records are not covered by a checkpoint yet: try again, or name "
            + "the daemon with --socket to have one signed now",
          de: "\(found.records.count - records.count) Datensätze sind noch von keiner Prüfsumme (checkpoint) erfasst: "
            + "erneut versuchen, oder den Dienst mit --socket nennen"))
    }
    let parts = found.parts.map { JSONText.string($0) }.joined(separator: ",")
    var output = Array(
      (#"{"format":"\#(ExportRecords.format)","origin":\#(JSONText.string(reader.description.origin)),"#
        + #""subject":\#(JSONText.string(subject)),"parts":[\#(parts)],"records":\#(records.count),"size":\#(tree.size),"#
        + #""root":"\#(tree.root.base64)"}"# + "\n")
        .utf8)
    for (record, proof) in zip(records, try tree.proofs(of: records.map(\.sequence))) {
      output += Array(#"{"sequence":\#(record.sequence),"proof":\#(JSONText.string(proof.encoded)),"record":"#.utf8)
      output += record.line
      output += Array("}\n".utf8)
    }
    if file == "-" { return Terminal.write(output) }
    try OutputFile.write(output, to: file)
    Terminal.error(
      Language.text(
        en: "\(file): \(records.count) records of \(subject)", de: "\(file): \(records.count) Datensätze zu \(subject)")
    )
  }
}

extension ExportRecords {
  /// Whether the lines of an export are all there, each once and in their order.
  ///
  /// A proof says of a record that it is in the log, not that none is missing beside it. The versions of a subject say that,
  /// for they are in the records: but for the last ones, which the head counts.
  struct Completeness {
    private let subjects: Set<String>
    private let promised: UInt64
    private var versions: [String: UInt64] = [:]
    private var last: UInt64?
    private(set) var count: UInt64 = 0

    /// - Throws: ``Gap``.
    init(head: JSONValue) throws {
      guard head["format"]?.string == ExportRecords.format, let subject = head["subject"]?.string,
        let records = head["records"]?.integer.flatMap({ UInt64(exactly: $0) }), let parts = head["parts"],
        parts.kind == .array
      else { throw Gap(detail: "expected the head of \(ExportRecords.format)") }
      subjects = Set(parts.elements.compactMap(\.string) + [subject])
      promised = records
    }

    mutating func add(_ record: JSONValue, at sequence: UInt64) throws {
      if let last, sequence <= last {
        throw Gap(detail: "record \(sequence) stands behind record \(last): doubled or out of order")
      }
      last = sequence
      count += 1
      guard let subject = record["subject"]?.string, subjects.contains(subject),
        let version = record["subjectversion"]?.integer.flatMap({ UInt64(exactly: $0) })
      else { return }
      let next = versions[subject, default: 0] + 1
      guard version == next else {
        throw Gap(detail: "record \(sequence) has version \(version) of \(subject), expected \(next)")
      }
      versions[subject] = version
    }

    func end() throws {
      for subject in subjects.sorted() where versions[subject] == nil {
        throw Gap(detail: "there is no record of \(subject), which the head names")
      }
      guard count == promised else { throw Gap(detail: "there are \(count) records, the head says \(promised)") }
    }
  }

  /// What is not as the export was written.
  struct Gap: Error {
    var detail: String
  }
}
