import ArgumentParser
import LogFormat
import TransparencyLog

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the proof of a record offline; needs no ledger.",
    discussion: """
      With --ndjson the file is one of 'export --ndjson', and every record in it is checked.


      Exit status 0: the record stands in the log of that key; 1: the proof does not show that; 65: the proof, or the \
      policy, is not one that can be read. One line feed at the end of the record's file is not part of the record.
      """)

  @Argument(help: "The proof (.tlog-proof), or records with their proofs (NDJSON).") var proof: String
  @Option(help: "The file with the record's line.") var record: String?
  @Flag(help: "The file holds records with their proofs (export --ndjson).") var ndjson = false
  @Option(help: "The log's verifier key, kept from when the ledger was made.") var key: String
  @Option(help: "A C2SP tlog-policy file: which witnesses must have cosigned.") var policy: String?

  func validate() throws {
    guard ndjson != (record != nil) else { throw ValidationError("say either --record FILE or --ndjson") }
  }

  func run() throws {
    let verifierKey: VerifierKey
    do {
      verifierKey = try VerifierKey(key)
    } catch {
      throw Failure(.usage, "--key: \(error)")
    }
    let policy = try policy.map { try WitnessPolicy.read($0) }
    let bytes = try InputFile.contents(of: proof)
    guard let record else { return try checkAll(bytes, by: verifierKey, policy) }
    var line = try InputFile.contents(of: record)
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    do {
      let proof = try TlogProof(parsing: bytes)
      let checkpoint = try proof.verify(leaf: RFC6962.leafHash(line), by: verifierKey, policy: policy)
      Terminal.print(
        Language.text(
          en: "ok: record \(proof.index) of the first \(checkpoint.size) of \(checkpoint.origin)",
          de: "ok: Datensatz \(proof.index) der ersten \(checkpoint.size) von \(checkpoint.origin)"))
    } catch {
      throw Failure(Check.status(of: error), "\(proof): \(error)")
    }
  }

  /// Checks a file of `export --ndjson`.
  private func checkAll(_ bytes: [UInt8], by key: VerifierKey, _ policy: WitnessPolicy?) throws {
    var completeness: ExportRecords.Completeness?
    var covered: Checkpoint?
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      func bad(_ detail: String, _ status: Failure.Status = .badInput) -> Failure {
        Failure(status, "\(proof), line \(number + 1): \(detail)")
      }
      let json: JSONValue
      do {
        json = try JSONDocument(Array(line)).root
      } catch {
        throw bad("\(error)")
      }
      if number == 0 {
        do {
          completeness = try ExportRecords.Completeness(head: json)
        } catch let gap as ExportRecords.Gap {
          throw bad(gap.detail)
        }
        continue
      }
      guard let record = json["record"], let text = json["proof"]?.string else {
        throw bad("expected a record and its proof")
      }
      do {
        let proof = try TlogProof(parsing: Array(text.utf8))
        covered = try proof.verify(leaf: RFC6962.leafHash(Array(record.text)), by: key, policy: policy)
        guard record["sequence"]?.string.flatMap({ UInt64($0) }) == proof.index else {
          throw bad("the proof is that of record \(proof.index)")
        }
        try completeness?.add(record, at: proof.index)
      } catch let gap as ExportRecords.Gap {
        throw bad(gap.detail, .checkFailed)
      } catch let error as TlogProofError {
        throw Failure(Check.status(of: error), "\(proof), line \(number + 1): \(error)")
      }
    }
    guard let covered, let completeness else { throw Failure(.badInput, "\(proof): there is no record in it") }
    do {
      try completeness.end()
    } catch let gap as ExportRecords.Gap {
      throw Failure(.checkFailed, "\(proof): \(gap.detail)")
    }
    let count = completeness.count
    Terminal.print(
      Language.text(
        en: "ok: \(count) records of the first \(covered.size) of \(covered.origin)",
        de: "ok: \(count) Datensätze der ersten \(covered.size) von \(covered.origin)"))
  }

  /// What cannot be read is bad input; what can be read and does not hold is a failed check.
  private static func status(of error: TlogProofError) -> Failure.Status {
    switch error {
    case .malformed: .badInput
    case .checkpoint(.malformedNote), .checkpoint(.malformedSignatureLine), .checkpoint(.malformedCheckpoint): .badInput
    case .checkpoint, .otherLog, .notWitnessed, .notCovered, .notIncluded: .checkFailed
    }
  }
}

extension WitnessPolicy {
  /// Reads a policy file.
  static func read(_ file: String) throws -> WitnessPolicy {
    let bytes = try InputFile.contents(of: file)
    do {
      return try WitnessPolicy(parsing: bytes)
    } catch {
      throw Failure(.badInput, "\(file): \(error)")
    }
  }
}
