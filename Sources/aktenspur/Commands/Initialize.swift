import ArgumentParser
import EventLog
import Ledger
import TransparencyLog

struct Initialize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Create a ledger; print its verifier key, which its auditors should keep.")

  @OptionGroup var ledger: LedgerOption
  @Option(help: "The log's name for ever, e.g. ledger.nordwestmecklenburg.de/akten; no space, no '+'.")
  var origin: String

  func run() throws {
    let path = try ledger.path()
    do {
      Terminal.print("\(try Ledger.create(at: path, origin: origin))")
    } catch let error as NoteError {
      throw Failure(.usage, "--origin: \(error)")
    } catch let error as SystemError {
      throw Failure(.cannotCreate, "\(error)")
    }
  }
}
