public import LogFormat

/// Groups of events on their way into the log, each to be recorded wholly or not at all: what one call hands over.
///
/// The events themselves are not kept. Adding one writes its parts of the line behind those of the others, and notes in a
/// row of numbers what its place in the log depends on. So a request is a few pieces of memory however many events it has,
/// and handing it from one thread to another costs the same.
///
/// ```swift
/// var request = AppendRequest(recordedBy: "dms")
/// request.add(event)
/// request.closeGroup()
/// let outcome = await log.append(request)
/// ```
public struct AppendRequest: Sendable {
  /// What the log must know of one event.
  struct Entry: Sendable {
    var key: IndexKey
    var subjectKey: IndexKey
    /// The subject's JSON text, in ``text``.
    var subject: Range<UInt32>
    /// The line up to the stamp, in ``text``.
    var head: Range<UInt32>
    /// The line behind the stamp.
    var tail: Range<UInt32>
    var expectedVersion: UInt64?
    /// Place in ``kinds``.
    var kind: Int32
    /// Place in ``actors``.
    var actor: Int32
  }

  /// An event type, and what it asks of the subject and makes of it.
  final class Kind: Sendable {
    let type: String
    let transition: Transition
    /// Whether only the ledger itself records such events.
    let isOwn: Bool

    init(type: String, transition: Transition) {
      self.type = type
      self.transition = transition
      isOwn = type.hasExactPrefix(Log.ledgerTypePrefix)
    }

    /// - Parameter type: UTF-8.
    func isOf(_ type: UnsafeRawBufferPointer, _ transition: Transition) -> Bool {
      type.isExactly(self.type) && self.transition == transition
    }
  }

  /// What most events find their kind by: looking at ``kinds`` counts another holder of each that is looked at.
  private struct KindMarks {
    /// By kind, where its type stands in `text`, and its transition.
    private var marks: [(type: Range<Int>, transition: Transition.Identity)] = []
    private var text: [UInt8] = []

    mutating func append(_ kind: Kind) {
      let start = text.count
      text.append(contentsOf: kind.type.utf8)
      marks.append((start..<text.count, kind.transition.identity))
    }

    /// The last of the kinds from `first` on that is surely of that type and transition.
    func last(from first: Int, _ type: UnsafeRawBufferPointer, _ transition: Transition.Identity) -> Int? {
      text.withUnsafeBytes { text in
        var kind = marks.count - 1
        while kind >= first {
          if marks[kind].transition == transition, marks[kind].type.count == type.count,
            type.hasSameBytes(as: UnsafeRawBufferPointer(rebasing: text[marks[kind].type]))
          {
            return kind
          }
          kind -= 1
        }
        return nil
      }
    }
  }

  /// The verified principal of the socket peer.
  public let recordedBy: String
  private(set) var text: [UInt8] = []
  private(set) var entries: [Entry] = []
  /// Behind the last entry of each group.
  private var ends: [Int32] = []
  private(set) var kinds: [Kind] = []
  private var kindMarks = KindMarks()
  private(set) var actors: [String] = []
  /// Events as they were sent, by their place, where they are stored in another form.
  private var sent: [Int: Event] = [:]
  /// By group, where earlier records may speak against one.
  private(set) var examinations: [Int: Examination] = [:]

  public init(recordedBy: String) {
    self.recordedBy = recordedBy
  }

  /// How many groups are complete.
  public var groupCount: Int { ends.count }

  /// How many events they have.
  public var eventCount: Int { entries.count }

  /// About how many bytes of memory it holds.
  var memory: Int { text.count + entries.count * MemoryLayout<Entry>.stride }

  /// The places of a group's events.
  public func events(of group: Int) -> Range<Int> {
    (group == 0 ? 0 : Int(ends[group - 1]))..<Int(ends[group])
  }

  // MARK: Adding

  /// Makes room for events of so many bytes.
  public mutating func reserve(events: Int, bytes: Int) {
    entries.reserveCapacity(events)
    ends.reserveCapacity(events)
    text.reserveCapacity(bytes)
  }

  /// Adds an event to the group that is being put together.
  ///
  /// - Parameters:
  ///   - event: checked against its pack, as it will be stored.
  ///   - actor: who acted, where it is not for the event to say.
  ///   - sent: as it was sent, where personal fields have been sealed since: a repeated event is compared with this.
  public mutating func add(
    _ event: Event, actor: String? = nil, sent: Event? = nil, transition: Transition = .none
  ) {
    let start = UInt32(text.count)
    let subject = event.writeHead(actor: actor, to: &text)
    let middle = UInt32(text.count)
    event.writeTail(to: &text)
    if let sent { self.sent[entries.count] = sent }
    let subjectText = UInt32(subject.lowerBound)..<UInt32(subject.upperBound)
    entries.append(
      Entry(
        key: event.withBytes(of: .source) { source in
          event.withBytes(of: .id) { IndexKey(source: source, id: $0) }
        }, subjectKey: subjectKey(of: event, subjectText),
        subject: subjectText, head: start..<middle,
        tail: middle..<UInt32(text.count), expectedVersion: event.expectedVersion,
        kind: kind(of: event, transition), actor: self.actor(actor ?? event.authid ?? recordedBy)))
  }

  /// The events added since the last one are a group.
  ///
  /// - Parameter examination: what was found out about earlier records before.
  public mutating func closeGroup(_ examination: Examination? = nil) {
    if let examination { examinations[ends.count] = examination }
    ends.append(Int32(entries.count))
  }

  /// Forgets the events added since the last group.
  public mutating func dropGroup() {
    let first = ends.last.map { Int($0) } ?? 0
    guard first < entries.count else { return }
    text.removeSubrange(Int(entries[first].head.lowerBound)...)
    for place in first..<entries.count { sent[place] = nil }
    entries.removeSubrange(first...)
  }

  // The subjects, types and actors of a request are often those of the event before.

  /// - Parameter subjectText: where the subject's JSON text stands.
  private func subjectKey(of event: Event, _ subjectText: Range<UInt32>) -> IndexKey {
    if let before = entries.last, before.subject.count == subjectText.count {
      let isSame = text.withUnsafeBytes { text in
        UnsafeRawBufferPointer(rebasing: text[before.subject.indices]).hasSameBytes(
          as: UnsafeRawBufferPointer(rebasing: text[subjectText.indices]))
      }
      if isSame { return before.subjectKey }
    }
    return event.withBytes(of: .subject) { IndexKey(subject: $0) }
  }

  private mutating func kind(of event: Event, _ transition: Transition) -> Int32 {
    let recent = max(0, kinds.count - 8)..<kinds.count
    // What is needed is captured by name: otherwise the closure would hold a copy of the whole request. A transition that
    // was made for the event alone is not marked, and is compared.
    let known = event.withBytes(of: .type) { [kindMarks, kinds] type in
      kindMarks.last(from: recent.lowerBound, type, transition.identity)
        ?? recent.last { kinds[$0].isOf(type, transition) }
    }
    if let known { return Int32(known) }
    let kind = Kind(type: event.type, transition: transition)
    kinds.append(kind)
    kindMarks.append(kind)
    return Int32(kinds.count - 1)
  }

  private mutating func actor(_ name: String) -> Int32 {
    var place = actors.count - 1
    while place >= max(0, actors.count - 8) {
      if actors[place].isExactly(name) { return Int32(place) }
      place -= 1
    }
    actors.append(name)
    return Int32(actors.count - 1)
  }

  // MARK: Reading

  /// The event at a place as it will be stored, read back from its parts of the line.
  public func event(at place: Int) throws -> Event {
    let entry = entries[place]
    var line = Array(text[entry.head.indices])
    line.append(contentsOf: text[entry.tail.indices])
    return try Event(try JSONDocument(line).root)
  }

  /// The event at a place as it was sent.
  func sentEvent(at place: Int) throws -> Event { try sent[place] ?? event(at: place) }

  /// A subject's JSON text.
  func subjectText(at place: Int) -> ArraySlice<UInt8> { text[entries[place].subject.indices] }
}

extension Range<UInt32> {
  var indices: Range<Int> { Int(lowerBound)..<Int(upperBound) }
}
