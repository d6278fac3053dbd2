import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import Logging
import TransparencyLog

/// What lets others check the log without trusting it: tiles, inclusion proofs and consistency proofs.
extension Reading {
  /// A hash tile or an entry bundle (C2SP tlog-tiles). There is nothing at a path that the newest checkpoint does not
  /// need; what a client has once fetched never changes.
  func tile(_ path: Substring) async throws(Problem) -> Response {
    let tile = Tile(path: path)
    let bundle = EntryTile(path: path)
    guard let hashes = tile ?? bundle?.hashes else {
      throw .notFound("/\(path) is no path of a tile (C2SP tlog-tiles)")
    }
    let signed = ledger.log.signedSize
    guard let widest = Tile(level: hashes.level, index: hashes.index, of: signed), widest.width >= hashes.width else {
      throw .notFound("the newest checkpoint covers \(signed) records, whose tree has no \(path)")
    }
    let needed = (hashes.index << 8 + UInt64(hashes.width)) << UInt64(8 * hashes.level)
    let bytes = try await evidence(covering: needed) { tree in
      if let bundle { return try tree.contents(of: bundle) }
      return try tree.contents(of: hashes)
    }
    guard let bytes else { throw .notFound("the tree has no \(path)") }
    var response = Response.whole(.ok, "application/octet-stream", bytes)
    response.headers[.cacheControl] = "max-age=31536000, immutable"
    return response
  }

  /// The tlog-proof of a record; where no checkpoint covers it yet, one is signed.
  func proof(of text: Substring) async throws(Problem) -> Response {
    guard let sequence = Query.sequence(text) else {
      throw .malformed("/sequence", "expected a sequence, a whole number from 0")
    }
    guard sequence < ledger.durableSize else {
      throw .notFound("there is no record \(sequence); the log has \(ledger.durableSize)")
    }
    // From the newest checkpoint, as whoever reads the directory gets it.
    let proof = try await evidence(covering: max(sequence + 1, ledger.log.signedSize)) { try $0.proof(of: sequence) }
    return .whole(.ok, "text/plain; charset=utf-8", Array(proof.encoded.utf8))
  }

  /// The proof that the first `to` records continue the first `from`: a hash a line, in base64.
  func consistency(_ query: Query) async throws(Problem) -> Response {
    guard let from = try query.sequence("from") else { throw .malformed("/from", "required, and missing") }
    let to = try query.sequence("to") ?? ledger.log.signedSize
    guard to <= ledger.durableSize else {
      throw .malformed("/to", "the log has \(ledger.durableSize) records, asked for \(to)")
    }
    guard from <= to else { throw .malformed("/from", "\(to) records do not continue \(from)") }
    let hashes = try await evidence(covering: to) { try $0.consistencyProof(from: from, to: to) }
    return .whole(.ok, "text/plain; charset=utf-8", Array(hashes.map { $0.base64 + "\n" }.joined().utf8))
  }

  /// Draws something from the tree of a checkpoint over at least the first `size` records.
  private func evidence<Value: Sendable>(
    covering size: UInt64, _ draw: @escaping @Sendable (SignedTree) throws -> Value
  ) async throws(Problem) -> Value {
    let tree: SignedTree
    do {
      tree = try await ledger.log.signedTree(covering: size)
    } catch {
      logger.error("no checkpoint", metadata: ["reason": "\(error)"])
      throw .unavailable("no checkpoint covers the first \(size) records yet; try again")
    }
    return try await blocking(on: threads.reading) { try draw(tree) }
  }
}
