import ArgumentParser
import TransparencyLog

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the proof of a record offline; needs no ledger.",
    discussion: """
      Exit status 0: the record stands in the log of that key; 1: the proof does not show that; 65: the proof, or the \
      policy, is not one that can be read. One line feed at the end of the record's file is not part of the record.
      """)

  @Argument(help: "The proof (.tlog-proof).") var proof: String
  @Option(help: "The file with the record's line.") var record: String
  @Option(help: "The log's verifier key, kept from when the ledger was made.") var key: String
  @Option(help: "A C2SP tlog-policy file: which witnesses must have cosigned.") var policy: String?

  func run() throws {
    let verifierKey: VerifierKey
    do {
      verifierKey = try VerifierKey(key)
    } catch {
      throw Failure(.usage, "--key: \(error)")
    }
    let policy = try policy.map { try WitnessPolicy.read($0) }
    var line = try InputFile.contents(of: record)
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    let bytes = try InputFile.contents(of: proof)
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
