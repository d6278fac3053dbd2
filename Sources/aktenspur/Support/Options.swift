import ArgumentParser
import Foundation
import Ledger

/// `--ledger DIR`, or `AKTENSPUR_LEDGER`.
struct LedgerOption: ParsableArguments {
  @Option(name: .customLong("ledger"), help: "The ledger's directory (environment: AKTENSPUR_LEDGER).")
  var argument: String?

  func path() throws -> String {
    guard let path = argument ?? Environment.value("AKTENSPUR_LEDGER") else {
      throw ValidationError("name the ledger with --ledger DIR or AKTENSPUR_LEDGER")
    }
    return path
  }
}

/// `--socket PATH`, or `AKTENSPUR_SOCKET`.
struct SocketOption: ParsableArguments {
  @Option(name: .customLong("socket"), help: "The daemon's Unix socket (environment: AKTENSPUR_SOCKET).")
  var argument: String?

  var optionalPath: String? { argument ?? Environment.value("AKTENSPUR_SOCKET") }

  func path() throws -> String {
    guard let path = optionalPath else {
      throw ValidationError("name the daemon's socket with --socket PATH or AKTENSPUR_SOCKET")
    }
    return path
  }
}

/// `--packs DIR`, or `AKTENSPUR_PACKS`; without it the packs that the ledger last recorded.
struct PacksOption: ParsableArguments {
  @Option(
    name: .customLong("packs"),
    help: "The folder of the domain packs (environment: AKTENSPUR_PACKS; default: those the ledger last recorded).")
  var argument: String?

  var source: PackSource { PackSource(folder: argument ?? Environment.value("AKTENSPUR_PACKS")) }
}

/// `--as-of T|N`.
struct AsOfOption: ParsableArguments {
  @Option(
    name: .customLong("as-of"),
    help: "What was known then: a number of records, a time (RFC 3339), or a day.",
    transform: { text in
      guard let asOf = AsOf(text) else {
        throw ValidationError("expected a number of records, an RFC 3339 time or a day YYYY-MM-DD, found \(text)")
      }
      return asOf
    })
  var value: AsOf?
}

enum Environment {
  static func value(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}
