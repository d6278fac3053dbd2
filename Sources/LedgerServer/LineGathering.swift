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

  /// Takes the lines that `split` hands out, and waits while too much of what the ledger has is not being answered yet.
  ///
  /// - Parameter bytes: how long they are together at most.
  /// - Returns: whether more is wanted.
  func take(
    bytes: Int, _ split: ((_ number: Int, _ line: LineSplitter.Line) -> Void) -> Void
  ) async -> Bool {
    let sealing = state.withLock { state -> Promised<Appended>? in
      state.reading.take(bytes: bytes, split)
      return waits(state) ? nil : append(&state)
    }
    // Sealing takes its time on another thread; what comes behind must not overtake it.
    _ = await sealing?.value
    return await queue.waitForRoom()
  }

  /// Nothing more comes.
  func appendRest() {
    state.withLock { _ = append(&$0) }
  }

  /// Whether what has come waits for more to come; then its memory is counted.
  private func waits(_ state: State) -> Bool {
    guard state.appending >= Limits.lineRequests, state.reading.sealed.isEmpty,
      state.reading.ready.count < Limits.linesTogether.count, state.reading.bytes < Limits.linesTogether.bytes
    else { return false }
    // Without room for more, lines wait where the ledger bounds what waits.
    do { try state.share.take(upTo: state.reading.bytes) } catch { return false }
    return true
  }

  /// Gives what has come to the ledger.
  ///
  /// - Returns: what becomes of the last of it where that must be sealed first.
  private func append(_ state: inout State) -> Promised<Appended>? {
    let reading = state.reading
    state.reading = LineReading(ledger, principal)
    state.share.giveBack()
    if !reading.ready.isEmpty {
      let appended = begin(reading.ready, cost: reading.bytes, &state)
      ledger.append(reading.draft) { self.keep($0, as: appended) }
    }
    guard !reading.sealed.isEmpty else { return nil }
    let appended = begin(reading.sealed, cost: reading.bytes, &state)
    ledger.append(reading.sealedEvents, by: principal) { self.keep($0, as: appended) }
    return appended
  }

  private func begin(_ lines: LineReading.Lines, cost: Int, _ state: inout State) -> Promised<Appended> {
    let appended = Promised<Appended>()
    state.appending += 1
    queue.put(LineAppend.Appending(lines: lines, appended: appended), cost: cost)
    return appended
  }

  /// The ledger is done with one request. Called on its thread, which must not wait while lines are being read.
  private func keep(_ value: Appended, as appended: Promised<Appended>) {
    appended.keep(value)
    loop.execute { [self] in
      state.withLock { state in
        state.appending -= 1
        if !waits(state) { _ = append(&state) }
      }
    }
  }
}
