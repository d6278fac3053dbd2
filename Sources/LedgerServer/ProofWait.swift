import EventLog
import HTTPTypes
import Ledger
import LogFormat
import Logging
import NIOPosix
import Synchronization
import TransparencyLog

/// `Prefer: wait=SECONDS` of an appending client (RFC 7240 §4.3): how long it would wait for the proofs of what it has
/// sent; `wait` alone is as long as we let it. The events are recorded whatever becomes of the proofs.
struct ProofWait: Sendable {
  var seconds: Int

  /// Nobody holds a connection longer for a proof.
  static let longest = 60

  init?(_ headers: HTTPFields) {
    for value in headers[values: .prefer] {
      for preference in splitUnquoted(value, at: ",") {
        let parts = splitUnquoted(splitUnquoted(preference, at: ";").first ?? "", at: "=")
        guard parts.first?.lowercased() == "wait" else { continue }
        if parts.count == 1 {
          seconds = ProofWait.longest
          return
        }
        guard parts.count == 2, let seconds = Query.sequence(unquoted(parts[1])) else { continue }
        self.seconds = Int(min(seconds, UInt64(ProofWait.longest)))
        return
      }
    }
    return nil
  }
}

/// Gets the proofs of receipts for a client that waits for them.
struct ReceiptProofs: Sendable {
  let wait: ProofWait
  let ledger: Ledger
  let threads: Threads
  let logger: Logger

  /// The tlog-proofs of the records, from a checkpoint that covers them all and is signed for them where there is none;
  /// nil where that takes longer than the client waits, or cannot be done.
  func texts(of events: PlacedEvents) async -> [String]? {
    let sequences = events.sequences
    guard let last = sequences.max() else { return [] }
    return await within(.seconds(wait.seconds)) {
      do {
        let tree = try await ledger.log.signedTree(covering: last + 1)
        return try await threads.reading.runIfActive { try tree.proofs(of: sequences).map(\.encoded) }
      } catch {
        logger.error("no proof for a receipt", metadata: ["reason": "\(error)"])
        return nil
      }
    }
  }

  /// What `work` answers in time, else nil; it goes on then, and nobody hears of it.
  private func within<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async -> Value?
  ) async -> Value? {
    await withCheckedContinuation { continuation in
      let first = First(continuation)
      let timer = Task {
        try? await Task.sleep(for: limit)
        first.resume(nil)
      }
      Task {
        first.resume(await work())
        timer.cancel()
      }
    }
  }

  /// Resumes a continuation with the first of two answers.
  private final class First<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value?, Never>?>

    init(_ continuation: CheckedContinuation<Value?, Never>) {
      self.continuation = Mutex(continuation)
    }

    func resume(_ value: Value?) {
      continuation.withLock { $0.take() }?.resume(returning: value)
    }
  }
}

extension PlacedEvents {
  /// As ``writeReceipt(of:to:)``, with the member `proof` where there is one.
  func writeReceipt(of event: Int, proof: String?, to output: inout [UInt8]) {
    writeReceipt(of: event, to: &output)
    guard let proof else { return }
    output.removeLast()
    output.append(contentsOf: #","proof":"#.utf8)
    JSONText.append(proof, to: &output)
    output.append(UInt8(ascii: "}"))
  }
}
