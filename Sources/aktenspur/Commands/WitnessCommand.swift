import ArgumentParser
import Foundation
import Logging
import TransparencyLog
import Witness

struct WitnessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness",
    abstract: "Be a witness for the ledger of another office: cosign its checkpoints as long as it only grows.",
    discussion: """
      A witness (C2SP tlog-witness) remembers the newest checkpoint of each log and cosigns another one only when it is \
      proved to continue that. It runs beside no ledger and reads none. Its directory must never be restored from a \
      backup: a witness that forgets could cosign a second history.

      By file transfer: the office with the ledger writes a request ('anchor --witness FILE'), the witness answers it \
      ('witness --import FILE -o ANSWER'), the first office imports the answer ('anchor --import ANSWER').
      """,
    subcommands: [Create.self, Serve.self, Answer.self], defaultSubcommand: Answer.self)

  /// Where the witness keeps its key and what it remembers.
  struct StateOption: ParsableArguments {
    @Option(name: .customLong("state"), help: "The witness's directory (environment: AKTENSPUR_WITNESS).")
    var argument: String?

    func path() throws -> String {
      guard let path = argument ?? Environment.value("AKTENSPUR_WITNESS") else {
        throw ValidationError("name the witness's directory with --state DIR or AKTENSPUR_WITNESS")
      }
      return path
    }
  }

  /// The logs it looks after.
  struct LogsOption: ParsableArguments {
    @Option(
      name: .customLong("log"),
      help: "The verifier key of a log it looks after; may be given several times.")
    var keys: [String] = []
    @Option(help: "A policy file (C2SP tlog-policy) whose log lines name the logs.") var policy: String?

    func logs() throws -> [WitnessedLog] {
      var logs: [WitnessedLog] = []
      do {
        for key in keys { logs.append(try WitnessedLog(key)) }
      } catch {
        throw Failure(.usage, "--log: \(error)")
      }
      if let policy {
        logs += WitnessedLog.logs(of: try WitnessPolicy(parsing: InputFile.contents(of: policy)))
      }
      guard !logs.isEmpty else { throw ValidationError("name the logs with --log VKEY or --policy FILE") }
      return logs
    }
  }

  struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init", abstract: "Make a witness; print its verifier key, which those who rely on it should keep.")

    @OptionGroup var state: StateOption
    @Option(help: "The witness's name for ever, e.g. zeuge.kreis.example/1; no space, no '+'.") var name: String

    func run() throws {
      do {
        Terminal.print("\(try Witness.create(at: try state.path(), name: name))")
      } catch let error as NoteError {
        throw Failure(.usage, "--name: \(error)")
      }
    }
  }

  struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Answer on HTTP until SIGTERM or SIGINT.",
      discussion: "POST /add-checkpoint, and GET /<hex SHA-256 of the origin>/checkpoint for whoever watches the log.")

    @OptionGroup var state: StateOption
    @OptionGroup var logs: LogsOption
    @Option(help: "Address and port, e.g. 127.0.0.1:8443; port 0 takes a free one.") var web: String?
    @Option(help: "A Unix socket.") var socket: String?

    func run() async throws {
      var addresses: [WitnessServer.Address] = []
      if let web { addresses.append(try Serve.address(web)) }
      if let socket { addresses.append(.socket(path: socket)) }
      guard !addresses.isEmpty else { throw ValidationError("say where: --web ADDRESS:PORT or --socket PATH") }
      LoggingSystem.bootstrap(StreamLogHandler.standardError)
      let witness = try Witness.open(at: try state.path(), logs: try logs.logs())
      try await WitnessServer(witness, on: addresses, logger: Logger(label: "aktenspur")).runUntilSignal()
    }

    private static func address(_ text: String) throws -> WitnessServer.Address {
      guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
        throw ValidationError("--web: expected ADDRESS:PORT, found \(text)")
      }
      var host = String(text[..<colon])
      // An IPv6 address is written in brackets (RFC 3986 §3.2.2).
      if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
      guard !host.isEmpty else { throw ValidationError("--web: expected ADDRESS:PORT, found \(text)") }
      return .web(host: host, port: Int(port))
    }
  }

  struct Answer: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Answer a request that came as a file.",
      discussion: """
        Exit status 0: cosigned · 1: the checkpoint does not continue what was cosigned, or its signature does not hold \
        · 65: not a request, an unknown log, or a proof that begins at another size than the one remembered; then the \
        answer holds that size, and the ledger's office writes its request again.
        """)

    @OptionGroup var state: StateOption
    @OptionGroup var logs: LogsOption
    @Option(name: .customLong("import"), help: "The request; '-' for stdin.") var request: String
    @Option(name: .shortAndLong, help: "Where to write the answer; without it to stdout.") var output: String?

    func run() throws {
      let witness = try Witness.open(at: try state.path(), logs: try logs.logs())
      let answer = try witness.addCheckpoint(try InputFile.contents(of: request))
      switch answer {
      case .cosigned, .otherSize:
        if let output {
          try OutputFile.write(Array(answer.body.utf8), to: output)
        } else {
          Terminal.write(answer.body.utf8)
        }
      case .malformed, .untrusted, .unknownLog, .inconsistent: break
      }
      switch answer {
      case .cosigned: break
      case .malformed(let reason), .unknownLog(let reason): throw Failure(.badInput, reason)
      case .untrusted(let reason), .inconsistent(let reason): throw Failure(.checkFailed, reason)
      case .otherSize(let size):
        throw Failure(
          .badInput,
          Language.text(
            en: "the checkpoint cosigned last has size \(size): the proof must begin there",
            de: "der zuletzt bezeugte Prüfpunkt hat die Größe \(size): der Beweis muss dort beginnen"))
      }
    }
  }
}
