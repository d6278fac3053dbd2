import DocumentStore
import EventLog
import Foundation
import LogFormat
import Synchronization
import TransparencyLog

/// Takes what others confirm about the log: everything is checked against the ledger's own log before it is kept.
///
/// All of it reads and syncs files, so it is called where waiting hurts nobody; see ``run(_:)``.
struct Anchoring: Sendable {
  let log: Log
  let documents: DocumentStore

  /// How far another clock may be ahead of ours, in microseconds: ten minutes.
  static let clockTolerance: Int64 = 600_000_000

  var kept: KeptCheckpoints { KeptCheckpoints(log.directory) }

  /// Adds the note's signature lines to the checkpoint that is kept.
  func keep(_ note: SignedNote, _ checkpoint: Checkpoint) throws -> SignedNote {
    try Anchoring.turn.withLock { _ in try kept.keep(note, size: checkpoint.size) }
  }

  /// Two answers at once to the same checkpoint both add a line to its file.
  private static let turn = Mutex(())

  /// The checkpoint of a note, which this ledger must have signed, under whatever name, and its log continue.
  func ownCheckpoint(_ note: SignedNote, in tree: SignedTree, pointer: String) throws -> Checkpoint {
    let checkpoint: Checkpoint
    do {
      checkpoint = try log.origins().open(note)
    } catch let error as NoteError {
      throw Refusal(.unprocessable, pointer: pointer, "\(error)")
    }
    try expectOwn(checkpoint, in: tree, pointer: pointer)
    return checkpoint
  }

  /// The log must have had this root at this size, whoever signed it.
  private func expectOwn(_ checkpoint: Checkpoint, in tree: SignedTree, pointer: String) throws {
    guard checkpoint.size <= tree.size else {
      throw Refusal(
        .unprocessable, pointer: pointer,
        "the checkpoint speaks of \(checkpoint.size) records, the log has \(tree.size)")
    }
    guard try tree.root(of: checkpoint.size) == checkpoint.root else {
      throw Refusal(.unprocessable, pointer: pointer, "the log did not have this root at size \(checkpoint.size)")
    }
  }

  /// Why nobody can have seen the first `size` records at a time (microseconds since 1970), clocks being what they are: the
  /// last of them was recorded later. nil where it was not.
  func reasonAgainst(_ time: Int64, ofSize size: UInt64) throws -> String? {
    guard size > 0 else { return nil }
    let last = try log.line(at: size - 1).map { try Record(line: $0).recordedTime }
    if let recorded = last.flatMap({ Timestamp($0) }), time >= recorded.microseconds - Anchoring.clockTolerance {
      return nil
    }
    return "before record \(size - 1) was there (\(last ?? "missing"))"
  }

  /// Runs what waits for the disk on a thread that may, with the tree of a checkpoint over every record that was durable
  /// at the call. Whatever goes wrong and is not the sender's fault means "not now".
  func run<Value: Sendable>(
    _ body: @escaping @Sendable (Anchoring, SignedTree) throws -> Value
  ) async throws(Refusal) -> Value {
    let tree: SignedTree
    do {
      tree = try await log.signedTree(covering: log.size)
    } catch {
      throw Refusal(.unavailable, "the checkpoint could not be signed: \(error)")
    }
    let result: Result<Value, Refusal> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        do {
          continuation.resume(returning: .success(try body(self, tree)))
        } catch let refusal as Refusal {
          continuation.resume(returning: .failure(refusal))
        } catch {
          continuation.resume(returning: .failure(Refusal(.unavailable, "\(error)")))
        }
      }
    }
    return try result.get()
  }
}
