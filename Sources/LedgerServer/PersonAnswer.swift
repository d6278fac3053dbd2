import HTTPTypes
import HummingbirdCore
import Ledger
import Logging
import NIOCore

/// `GET /v1/persons/{person}?grund=&authid=`: every record that concerns a person, as NDJSON; see `PersonInformation` for
/// the lines. Needs the right to unseal; the reading is recorded first.
extension Reading {
  func person(
    _ text: Substring, _ query: Query, for principal: Principal, channel: any Channel
  ) async throws(Problem) -> Response {
    guard let person = percentDecoded(text), !person.isEmpty else {
      throw .malformed("/person", "expected a person reference in percent-encoded UTF-8 (RFC 3986 §2.1)")
    }
    let information: PersonInformation
    do {
      information = try await ledger.information(
        on: person, reason: try query.text("grund"), authid: try query.text("authid"), for: principal)
    } catch let problem as Problem {
      throw problem
    } catch let refusal as Refusal {
      throw Problem(refusal)
    } catch {
      logger.error("a read failed", metadata: ["error": "\(error)"])
      throw .internalError()
    }
    return Response(
      status: .ok, headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"],
      body: ResponseBody { [threads, logger] writer in
        while let lines = try await threads.blocking(on: threads.evaluating, logger, { try information.next() }) {
          if !lines.isEmpty { try await writer.write(ByteBuffer(bytes: lines)) }
        }
        try await channel.waitUntilSentAtShutdown()
        try await writer.finish(nil)
      })
  }
}
