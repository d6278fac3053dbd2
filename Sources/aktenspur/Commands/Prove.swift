import ArgumentParser
import EventLog
import TransparencyLog

struct Prove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the proof of one record: a C2SP tlog-proof, which 'check' checks offline.",
    discussion: """
      The proof speaks of the newest checkpoint. Where that does not cover the record yet, the daemon is asked for a new \
      one, if --socket names it. With --policy it speaks of the newest checkpoint that has the cosignatures asked for.
      """)

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var socket: SocketOption
  @Argument(help: "The record's sequence.") var sequence: UInt64
  @Option(name: .shortAndLong, help: "Write the proof to this file (usually NAME.tlog-proof).") var output: String?
  @Option(help: "A C2SP tlog-policy file that the checkpoint must satisfy.") var policy: String?

  func run() async throws {
    let proof: [UInt8]
    if ledger.argument == nil, policy == nil, let path = socket.optionalPath {
      // Whoever has no right to the directory asks the daemon.
      proof = try await Prove.ask(path, .get("/v1/events/\(sequence)/proof"))
    } else {
      let directory = LedgerDirectory(try ledger.path())
      let tree = try await covering(try LogReader(directory))
      proof = Array(try tree.proof(of: sequence).encoded.utf8)
    }
    if let output {
      try OutputFile.write(proof, to: output)
    } else {
      Terminal.write(proof)
    }
  }

  private func covering(_ reader: LogReader) async throws -> SignedTree {
    guard sequence < reader.size else { throw LogTreeError.noRecord(sequence: sequence, size: reader.size) }
    if let policy { return try witnessed(reader, WitnessPolicy.read(policy)) }
    let tree = try reader.signedTree()
    if sequence < tree.size { return try cosigned(tree, reader) }
    guard let path = socket.optionalPath else {
      throw Failure(
        .busy,
        Language.text(
          en: """
            record \(sequence) is not covered by a checkpoint yet (\(tree.size) records are); the daemon signs one \
            every second: try again, or name it with --socket to have one signed now
            """,
          de: """
            Datensatz \(sequence) ist noch von keiner Prüfsumme (checkpoint) erfasst (\(tree.size) Datensätze sind es); der Dienst \
            setzt sie im Sekundentakt: erneut versuchen, oder ihn mit --socket nennen
            """))
    }
    _ = try await Prove.ask(path, .post("/checkpoint"))
    return try LogReader(reader.directory).signedTree()
  }

  /// The same checkpoint with the cosignatures it has got meanwhile.
  private func cosigned(_ tree: SignedTree, _ reader: LogReader) throws -> SignedTree {
    guard let kept = try KeptCheckpoints(reader.directory).note(size: tree.size) else { return tree }
    let own = try SignedNote(parsing: Array(tree.note.utf8))
    return own.text == kept.text ? try reader.signedTree(of: kept.encoded) : tree
  }

  private func witnessed(_ reader: LogReader, _ policy: WitnessPolicy) throws -> SignedTree {
    let kept = KeptCheckpoints(reader.directory)
    for size in try kept.sizes().reversed() where sequence < size {
      guard let note = try kept.note(size: size), (try? policy.isSatisfied(by: note)) == true else { continue }
      return try reader.signedTree(of: note.encoded)
    }
    if let note = try reader.checkpoint(), try policy.isSatisfied(by: SignedNote(parsing: Array(note.utf8))) {
      let tree = try reader.signedTree(of: note)
      if sequence < tree.size { return tree }
    }
    throw Failure(
      .checkFailed,
      Language.text(
        en: "no checkpoint over record \(sequence) has the cosignatures that the policy asks for",
        de: """
          keine Prüfsumme (checkpoint) über Datensatz \(sequence) trägt die Mitzeichnungen, die die Richtlinie verlangt
          """))
  }

  private static func ask(_ path: String, _ request: DaemonClient.Request) async throws -> [UInt8] {
    try await DaemonClient.withConnection(to: path) { client in
      let answer = try await client.send(request)
      guard answer.isSuccess else { throw answer.failure }
      return answer.body
    }
  }
}
