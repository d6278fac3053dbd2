/// A request that has been handed over, and what has become of its groups so far. They are answered together, when all
/// are decided and what was recorded is durable.
final class PendingRequest {
  let request: AppendRequest
  let bytes: Int
  var placements: [Placement]
  var refusals: [Int: AppendError] = [:]
  /// The first so many groups are settled: they are decided in their order.
  private var settled = 0
  private let whenDone: @Sendable (AppendOutcome) -> Void
  private let duration: Histogram
  private let stopwatch = Stopwatch()

  init(_ request: AppendRequest, duration: Histogram, whenDone: @escaping @Sendable (AppendOutcome) -> Void) {
    self.request = request
    self.duration = duration
    self.whenDone = whenDone
    bytes = request.memory
    placements = Array(repeating: .none, count: request.eventCount)
  }

  var events: Int { request.eventCount }

  /// The principal that sent it.
  var owner: String { request.recordedBy }

  /// What was decided on these groups, the next ones, stands.
  func settle(_ groups: Range<Int>) {
    guard groups.upperBound > settled else { return }
    settled = groups.upperBound
    guard settled == request.groupCount else { return }
    duration.record(stopwatch.nanoseconds)
    tell()
  }

  func tell() {
    whenDone(AppendOutcome(request, placements: placements, refusals: refusals))
  }

  /// Refuses these groups, the next ones, whatever was decided on them.
  func refuse(_ groups: Range<Int>, _ error: AppendError) {
    guard groups.upperBound > settled else { return }
    for group in groups { refusals[group] = error }
    settle(groups)
  }

  /// Refuses all groups that are not settled yet.
  func refuse(_ error: AppendError) {
    guard settled < request.groupCount else { return }
    refuse(settled..<request.groupCount, error)
  }
}
