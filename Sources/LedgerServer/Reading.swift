import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import Logging
import NIOCore
import NIOPosix

/// The answers of the read side.
struct Reading: Sendable {
  let ledger: Ledger
  let threads: Threads
  let builds: AsOfBuilds
  let logger: Logger

  func answer(
    _ route: Route, _ request: Request, for principal: Principal, on connection: Connection, channel: any Channel
  ) async throws(Problem) -> Response {
    func query(_ names: [String], repeatable: Set<String> = []) throws(Problem) -> Query {
      try Query(request.uri.query, names: names, repeatable: repeatable)
    }
    switch route {
    case .events:
      let query = try query(["from", "to", "subject", "type", "follow"])
      return try RecordFeed(query, headers: request.headers, size: ledger.durableSize)
        .response(from: ledger, on: threads, logger: logger, to: request, channel: channel)
    case .record(let sequence):
      let query = try query(["unseal", "grund", "authid"])
      guard try query.flag("unseal") else {
        for name in ["grund", "authid"] where query[name] != nil {
          throw .malformed("/" + name, "goes with unseal=1")
        }
        return try await record(sequence)
      }
      return try await unsealed(sequence, query, for: principal)
    case .proof(let sequence):
      _ = try query([])
      return try await proof(of: sequence)
    case .consistency: return try await consistency(try query(["from", "to"]))
    case .tile(let path):
      _ = try query([])
      return try await tile(path)
    case .subject(let subject):
      _ = try query([])
      return try await state(of: subject)
    case .history(let subject):
      return try await history(of: subject, try query(["as-of", "format"]), for: connection.user)
    case .checkpoint:
      _ = try query([])
      return try await checkpoint()
    case .person(let person):
      return try await self.person(person, try query(["grund", "authid"]), for: principal, channel: channel)
    case .document(let name):
      if request.method == .head { return try await documentHead(name, try query(["subject", "grund", "authid"])) }
      return try await document(
        name, try query(["subject", "grund", "authid"]), request, for: principal, channel: channel)
    case .packs:
      _ = try query([])
      return .json(.ok, PackList.json(ledger.packs))
    case .figures:
      return try await figures(
        try query(["as-of", "effective", "name"], repeatable: ["name"]), for: connection.user)
    case .report(let name):
      return try await report(name, try query(["period", "as-of", "format", "subject", "table"]), for: connection.user)
    case .projection(let pack, let table):
      return try await rows(of: table, in: pack, try query(["as-of"]), for: connection.user)
    // Taken by POST alone, and so not asked here.
    case .anchors, .erasures, .keyBackups: throw .methodNotAllowed(.get, allowed: route.methods)
    // Answered whether or not the ledger is open.
    case .health, .readiness, .metrics: throw .notFound("there is nothing more at \(route.template)")
    }
  }

  /// The exact log line, without its LF: with a zero byte before it, what the leaf hash is made of.
  private func record(_ text: Substring) async throws(Problem) -> Response {
    let sequence = try sequence(text)
    guard let line = try await blocking(on: threads.reading, { try ledger.log.line(at: sequence) }) else {
      throw noRecord(sequence)
    }
    return .whole(.ok, "application/cloudevents+json", line)
  }

  /// A record with its sealed fields in the clear, for somebody who may see them.
  private func unsealed(
    _ text: Substring, _ query: Query, for principal: Principal
  ) async throws(Problem) -> Response {
    let sequence = try self.sequence(text)
    let (reason, authid) = (try query.text("grund"), try query.text("authid"))
    do {
      let line = try await ledger.unsealedLine(at: sequence, reason: reason, authid: authid, for: principal)
      guard let line else { throw noRecord(sequence) }
      var response = Response.whole(.ok, "application/cloudevents+json", line)
      response.headers[.cacheControl] = "no-store"
      return response
    } catch let problem as Problem {
      throw problem
    } catch let refusal as Refusal {
      throw Problem(refusal)
    } catch {
      logger.error("a read failed", metadata: ["error": "\(error)"])
      throw .internalError()
    }
  }

  private func sequence(_ text: Substring) throws(Problem) -> UInt64 {
    guard let sequence = Query.sequence(text) else {
      throw .malformed("/sequence", "expected a sequence, a whole number from 0")
    }
    return sequence
  }

  private func noRecord(_ sequence: UInt64) -> Problem {
    .notFound("there is no record \(sequence); the log has \(ledger.durableSize)")
  }

  private func state(of text: Substring) async throws(Problem) -> Response {
    guard let subject = percentDecoded(text) else {
      throw .malformed("/subject", "expected percent-encoded UTF-8 (RFC 3986 §2.1)")
    }
    guard let state = try await blocking(on: threads.reading, { try ledger.log.state(of: subject) }) else {
      throw .notFound("there is no event on \(subject)")
    }
    return .json(.ok, state.json(subject: subject))
  }

  /// The newest signed checkpoint (C2SP tlog-checkpoint; tlog-tiles names the media type).
  private func checkpoint() async throws(Problem) -> Response {
    answer(checkpoint: try await blocking(on: threads.reading) { ledger.log.checkpoint })
  }

  /// A checkpoint over every record that is durable now.
  func newCheckpoint() async throws(Problem) -> Response {
    do {
      return answer(checkpoint: try await ledger.log.renewedCheckpoint())
    } catch {
      logger.error("no checkpoint", metadata: ["reason": "\(error)"])
      throw .unavailable("the checkpoint could not be signed; try again")
    }
  }

  private func answer(checkpoint note: String) -> Response {
    var response = Response.whole(.ok, "text/plain; charset=utf-8", Array(note.utf8))
    response.headers[.cacheControl] = "no-cache"
    return response
  }
}

extension Reading {
  func blocking<Value: Sendable>(
    on pool: NIOThreadPool, _ body: @escaping @Sendable () throws -> Value
  ) async throws(Problem) -> Value {
    try await threads.blocking(on: pool, logger, body)
  }
}
