import Ledger
import NIOCore
import Synchronization

/// Gives the lines of a stream to the ledger: at once where it has hardly any of them, else together with those that come
/// until it has recorded the ones before. So lines become durable by the hundred with one sync, however few of them come
/// in one piece.
final class LineGathering: Sendable {
  private let ledger: Ledger
  private let principal: Principal
  private let loop: any EventLoop
  private let queue: BoundedQueue<LineAppend.Appending>
  private let state: Mutex<State>

  private struct State {
    /// What has come.
    var reading: LineReading
    /// What it takes of the memory that there is for requests.
    let share: BodyBudget.Share
    /// How many requests are with the ledger.
    var appending = 0
  }

  /// - Parameters:
  ///   - loop: that of the connection, on which all this runs.
  ///   - queue: takes what is with the ledger, in the order in which it was given.
  init(
    _ ledger: Ledger, _ principal: Principal, share: sending BodyBudget.Share, on loop: any EventLoop,
    _ queue: BoundedQueue<LineAppend.Appending>
  ) {
    self.ledger = ledger
    self.principal = principal
    self.loop = loop
    self.queue = queue
    state = Mutex(State(reading: LineReading(ledger, principal), share: share))
  }

  /// Takes the lines that `split` hands out, and waits while too many have no answer yet.
  ///
  /// - Parameter bytes: how long they are together at most.
  /// - Returns: whether more is wanted.
  func take(
    bytes: Int, _ split: ((_ number: Int, _ line: LineSplitter.Line) -> Void) -> Void
  ) async -> Bool {
    let sealing = state.withLock { state -> Promised<Appended>? in
      state.reading.take(bytes: bytes, split)
      if !state.reading.sealed.isEmpty { return appendSealing(&state) }
      appendIfDue(&state)
      return nil
    }
    // Sealing takes its time on another thread; what comes behind must not overtake it.
    _ = await sealing?.value
    return await queue.waitForRoom()
  }

  /// Nothing more comes.
  func appendRest() {
    state.withLock { append(&$0) }
  }

  private func appendIfDue(_ state: inout State) {
    if state.appending < Limits.lineRequests || state.reading.bytes >= Limits.linesTogether { return append(&state) }
    // Where there is no room for more, they wait where what waits is bounded.
    do { try state.share.take(upTo: state.reading.bytes) } catch { append(&state) }
  }

  private func append(_ state: inout State) {
    let reading = state.reading
    state.reading = LineReading(ledger, principal)
    state.share.giveBack()
    guard !reading.ready.isEmpty else { return }
    let appended = Promised<Appended>()
    state.appending += 1
    ledger.append(reading.draft) { self.keep($0, as: appended) }
    queue.put(LineAppend.Appending(lines: reading.ready, appended: appended), cost: reading.bytes)
  }

  /// - Returns: when the last of them are recorded.
  private func appendSealing(_ state: inout State) -> Promised<Appended> {
    let reading = state.reading
    append(&state)
    let appended = Promised<Appended>()
    state.appending += 1
    ledger.append(reading.sealedEvents, by: principal) { self.keep($0, as: appended) }
    let cost = reading.ready.isEmpty ? reading.bytes : 0
    queue.put(LineAppend.Appending(lines: reading.sealed, appended: appended), cost: cost)
    return appended
  }

  /// The ledger is done with one request. Called on its thread, which must not wait while lines are being read.
  private func keep(_ value: Appended, as appended: Promised<Appended>) {
    appended.keep(value)
    loop.execute { [self] in
      state.withLock { state in
        state.appending -= 1
        appendIfDue(&state)
      }
    }
  }
}
