import ArgumentParser
import Foundation
import TimeStamps
import TransparencyLog

struct Anchor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Have others confirm the log: a witness cosigns it, an authority gives it a time stamp.",
    discussion: """
      --witness asks a witness (C2SP tlog-witness) to cosign the newest checkpoint, --tsa an authority (RFC 3161) for a \
      time stamp over everything recorded since the last one. With a URL the other side is asked at once; with a file \
      the request is written there, to be carried to it, and --import takes the answer that comes back. What was \
      confirmed is checked by the daemon, kept, and recorded; the receipt is printed.

      A witness's key is named the first time, with --witness-key or --policy; later the recorded one is used. Exit status \
      1: the other side does not confirm this log, or what it confirms does not hold.
      """)

  @OptionGroup var socket: SocketOption
  @Option(help: "The submission prefix of a witness, or the file to write the request to.") var witness: String?
  @Option(help: "The URL of a time stamp authority, or the file to write the request to.") var tsa: String?
  @Option(name: .customLong("import"), help: "A file with the answer; '-' for stdin.") var answer: String?

  @Option(help: "The verifier key of the witness.") var witnessKey: [String] = []
  @Option(help: "A policy file (C2SP tlog-policy) with the keys of witnesses.") var policy: String?
  @Option(help: "The size the witness has cosigned last, where it says so.") var old: UInt64?

  @Option(help: "The certificates under which the time stamp is believed, in PEM.") var ca: String?
  @Option(help: "The request that the answer is to.") var request: String?
  @Option(help: "The policy to ask for, an object identifier.") var tsaPolicy: String?
  @Option(help: "Renew the time stamp of that record.") var renew: UInt64?
  @Option(help: "Renew it by a new tree with that hash function: sha384 or sha512.", transform: Anchor.algorithm)
  var hash: HashAlgorithm?
  @Option(help: "The size of the checkpoint that was stamped, where the ledger does not know any more.")
  var size: UInt64?

  func validate() throws {
    guard [witness, tsa, answer].compactMap({ $0 }).count == 1 else {
      throw ValidationError("say one of --witness URL|FILE, --tsa URL|FILE and --import FILE")
    }
    guard hash == nil || renew != nil else { throw ValidationError("--hash goes with --renew") }
    if let tsa, Anchor.isURL(tsa), ca == nil { throw Anchor.noCertificates }
  }

  func run() async throws {
    let keys = try keys()
    try await DaemonClient.withConnection(to: try socket.path()) { client in
      let calls = AnchorCalls(client: client)
      let stamps = StampExchange(calls: calls, renews: renew, algorithm: hash, policy: tsaPolicy)
      if let tsa {
        guard Anchor.isURL(tsa) else { return try await stamps.write(to: tsa) }
        return print([try await stamps.ask(tsa, certificates: try certificates())])
      }
      let answer = try answer.map { try InputFile.contents(of: $0) }
      // DER begins with a sequence; what a witness says is text.
      if let answer, answer.first == 0x30 {
        return print([
          try await stamps.record(
            answer: answer, certificates: try certificates(), request: try request.map(InputFile.contents(of:)),
            size: size)
        ])
      }
      let exchange = WitnessExchange(
        calls: calls, witnesses: try KnownWitnesses(named: keys, recorded: try await calls.recorded()), old: old)
      if let answer { return print(try await exchange.record(answer: answer)) }
      guard let witness else { return }
      guard Anchor.isURL(witness) else { return try await exchange.write(to: witness) }
      print(try await exchange.ask(witness))
    }
  }

  /// The keys of witnesses named with the command.
  private func keys() throws -> [VerifierKey] {
    var keys: [VerifierKey]
    do {
      keys = try witnessKey.map { try VerifierKey($0) }
    } catch {
      throw Failure(.usage, "--witness-key: \(error)")
    }
    if let policy {
      keys += try WitnessPolicy(parsing: InputFile.contents(of: policy)).witnesses.map(\.key)
    }
    return keys
  }

  private func certificates() throws -> [UInt8] {
    guard let ca else { throw Anchor.noCertificates }
    return try InputFile.contents(of: ca)
  }

  private static let noCertificates = ValidationError("name the authority's certificates with --ca FILE")

  private func print(_ receipts: [[UInt8]]) {
    for receipt in receipts { Terminal.write(receipt + [0x0A]) }
  }

  private static func isURL(_ text: String) -> Bool {
    text.hasPrefix("http://") || text.hasPrefix("https://")
  }

  private static func algorithm(_ name: String) throws -> HashAlgorithm {
    guard let algorithm = HashAlgorithm(rawValue: name) else {
      throw ValidationError("expected sha256, sha384 or sha512, found \(name)")
    }
    return algorithm
  }
}
