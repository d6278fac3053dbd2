public import EventLog

/// What became of groups that were given to the ledger, in the order in which they were given.
public struct Appended: Sendable {
  private let outcome: AppendOutcome
  /// What never came to the log, by the place of its group.
  private let refusals: [(place: Int, refusal: Refusal)]
  private let asBatch: Bool

  init(_ outcome: AppendOutcome, refusals: [(place: Int, refusal: Refusal)], asBatch: Bool) {
    self.outcome = outcome
    self.refusals = refusals
    self.asBatch = asBatch
  }

  /// How many groups there are.
  public var count: Int { outcome.groupCount + refusals.count }

  /// Calls `body` for each group with the receipts of its events, or why it was refused.
  public func forEachGroup(_ body: (Result<PlacedEvents, Refusal>) -> Void) {
    var refused = refusals.makeIterator()
    var next = refused.next()
    var group = 0
    for place in 0..<count {
      if let refusal = next, refusal.place == place {
        body(.failure(refusal.refusal))
        next = refused.next()
      } else {
        body(result(of: group))
        group += 1
      }
    }
  }

  private func result(of group: Int) -> Result<PlacedEvents, Refusal> {
    if let error = outcome.refusal(of: group) { return .failure(Refusal(error, isBatch: asBatch)) }
    return .success(PlacedEvents(outcome: outcome, places: outcome.events(of: group)))
  }

  /// The groups' events, or why they were refused.
  public var results: [Result<PlacedEvents, Refusal>] {
    var results: [Result<PlacedEvents, Refusal>] = []
    results.reserveCapacity(count)
    forEachGroup { results.append($0) }
    return results
  }
}

/// The events of a group that is recorded.
public struct PlacedEvents: Sendable {
  fileprivate let outcome: AppendOutcome
  fileprivate let places: Range<Int>

  public var count: Int { places.count }

  public subscript(event: Int) -> Placement { outcome.placement(of: places.lowerBound + event) }

  /// Whether all were recorded before.
  public var areDuplicates: Bool { places.allSatisfy { outcome.placement(of: $0).duplicate } }

  public var receipts: [Receipt] { places.map { outcome.receipt(of: $0) } }

  public var sequences: [UInt64] { places.map { outcome.placement(of: $0).sequence } }

  /// Appends the receipt of an event: `{"sequence":812,"subject":"vertrag/2022-0815",…}`.
  public func writeReceipt(of event: Int, to output: inout [UInt8]) {
    let place = places.lowerBound + event
    outcome.placement(of: place).writeJSON(subject: outcome.subjectText(of: place), to: &output)
  }
}
