import LogFormat

/// What became of the groups of an ``AppendRequest``.
public struct AppendOutcome: Sendable {
  /// One object: each of the groups is handed out with all of it.
  private final class Content: Sendable {
    let request: AppendRequest
    let placements: [Placement]
    let refusals: [Int: AppendError]

    init(_ request: AppendRequest, _ placements: [Placement], _ refusals: [Int: AppendError]) {
      self.request = request
      self.placements = placements
      self.refusals = refusals
    }
  }

  private let content: Content

  /// - Parameters:
  ///   - placements: one for each event; those of refused groups say nothing.
  ///   - refusals: by group.
  init(_ request: AppendRequest, placements: [Placement], refusals: [Int: AppendError]) {
    content = Content(request, placements, refusals)
  }

  public var groupCount: Int { content.request.groupCount }

  /// The places of a group's events; that they are recorded, ``refusal(of:)`` says.
  public func events(of group: Int) -> Range<Int> { content.request.events(of: group) }

  /// Why a group was not recorded; nil where it was.
  public func refusal(of group: Int) -> AppendError? { content.refusals.isEmpty ? nil : content.refusals[group] }

  /// Where the event at a place, of a group that is recorded, has its place in the log.
  public func placement(of event: Int) -> Placement { content.placements[event] }

  /// The JSON text of the event's subject.
  public func subjectText(of event: Int) -> ArraySlice<UInt8> { content.request.subjectText(at: event) }

  /// The receipts of a group.
  public func receipts(of group: Int) -> Result<[Receipt], AppendError> {
    if let refusal = refusal(of: group) { return .failure(refusal) }
    return .success(events(of: group).map { receipt(of: $0) })
  }

  /// The receipt of the event at a place, of a group that is recorded.
  public func receipt(of event: Int) -> Receipt {
    guard let subject = try? JSONDocument(Array(subjectText(of: event))).root.string else {
      preconditionFailure("a subject is written as a JSON string")
    }
    return Receipt(subject: subject, placement: placement(of: event))
  }

  /// The receipts of each group, or why it was not recorded.
  public var results: [Result<[Receipt], AppendError>] { (0..<groupCount).map { receipts(of: $0) } }
}
