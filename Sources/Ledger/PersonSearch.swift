import EventLog
import LogFormat
import Privacy

/// Finds the records that concern a person, in the whole log: it needs no pack to say where persons are named.
///
/// A line is read closely only where the person's reference or one of its keys stands in it, or an escape that could hide
/// one. What comes before tells what comes later: a reading in the clear concerns the person whose record was read.
struct PersonSearch {
  /// How a record concerns the person.
  enum Relation: String, CaseIterable {
    /// It is the record's subject.
    case subject
    /// It acted (`authid`).
    case actor
    /// A field of the data names it.
    case named
    /// A field is sealed with one of its keys.
    case sealed
    /// A record with sealed fields of the person was shown in the clear.
    case reading
  }

  /// A field sealed with one of the person's keys.
  struct Field {
    /// From `data`.
    var pointer: String
    /// In the record's line.
    var range: Range<Int>
    var value: SealedValue
  }

  struct Match {
    var record: Record
    /// Its line, without LF.
    var line: [UInt8]
    var relations: [Relation]
    var fields: [Field]
  }

  let person: String
  private let keys: Set<KeyID>
  /// Nil where the reference is too short to be looked for: every line is read then.
  private let needles: Needles?
  /// The records with sealed fields found so far.
  private var sealedRecords: Set<UInt64> = []

  private static let readingType = Log.ledgerTypePrefix + Unsealing.name

  /// - Parameter keys: every key that the person has had, ``LogReader/keys(of:_:)``.
  init(person: String, keys: Set<KeyID>) {
    self.person = person
    self.keys = keys
    let text = Array(person.utf8)
    needles =
      text.count < Needles.shortest
      ? nil : Needles([text, Array(PersonSearch.readingType.utf8)] + keys.map { Array($0.hex.utf8) })
  }

  /// What a line, without its LF, has to do with the person; nil: nothing. Lines come in the order of the log.
  mutating func match(_ line: UnsafeRawBufferPointer) throws -> Match? {
    guard needles?.isAny(in: line) != false || line.contains(UInt8(ascii: "\\")) else { return nil }
    let line = Array(line)
    let record = try Record(line: line)
    var relations: Set<Relation> = []
    var fields: [Field] = []
    if record.subject == person { relations.insert(.subject) }
    if record.authid == person { relations.insert(.actor) }
    if let data = record.data { look(at: data, "", &relations, &fields) }
    if !fields.isEmpty {
      relations.insert(.sealed)
      sealedRecords.insert(record.sequence)
    }
    if record.type == PersonSearch.readingType,
      let sequence = record.data?["sequence"]?.integer.flatMap({ UInt64(exactly: $0) }),
      sealedRecords.contains(sequence)
    {
      relations.insert(.reading)
    }
    guard !relations.isEmpty else { return nil }
    return Match(record: record, line: line, relations: Relation.allCases.filter(relations.contains), fields: fields)
  }

  private func look(
    at value: JSONValue, _ pointer: String, _ relations: inout Set<Relation>, _ fields: inout [Field]
  ) {
    switch value.kind {
    case .string: if value.string == person { relations.insert(.named) }
    case .array:
      for (place, element) in value.elements.enumerated() {
        look(at: element, "\(pointer)/\(place)", &relations, &fields)
      }
    case .object:
      if let sealed = try? SealedValue(value) {
        if keys.contains(sealed.keyID) { fields.append(Field(pointer: pointer, range: value.range, value: sealed)) }
        return
      }
      for member in value.members {
        look(at: member.value, pointer + "/" + JSONText.pointerToken(member.name), &relations, &fields)
      }
    case .null, .bool, .number: break
    }
  }
}

extension PersonSearch {
  /// How much of the log is read at a time, in bytes.
  static let chunk = 1 << 20

  /// Reads a part of the log.
  ///
  /// - Returns: where to go on.
  mutating func read(
    _ log: Log, from: UInt64, below: UInt64, _ body: (Match) throws -> Void
  ) throws -> UInt64 {
    let chunk = try log.lines(LineFilter(), from: from, below: below, maximumBytes: PersonSearch.chunk)
    try chunk.bytes.withUnsafeBytes { bytes in
      for (_, range) in chunk.lines {
        // The last byte is the LF.
        if let match = try match(UnsafeRawBufferPointer(rebasing: bytes[range.dropLast()])) { try body(match) }
      }
    }
    return chunk.next
  }

  /// Calls `body` for each record of the whole log that holds something sealed with one of the keys.
  static func forEachSealed(
    _ person: String, keys: Set<KeyID>, in log: Log, from: UInt64 = 0, below size: UInt64? = nil,
    _ body: (Match) throws -> Void
  ) throws {
    var search = PersonSearch(person: person, keys: keys)
    var next = from
    let size = size ?? log.size
    while next < size {
      next = try search.read(log, from: next, below: size) { if !$0.fields.isEmpty { try body($0) } }
    }
  }
}

extension Log {
  /// Every key that a person has had: the current one, and those that were destroyed.
  func keys(of person: String, _ store: KeyStore) throws -> Set<KeyID> {
    var keys: Set<KeyID> = []
    switch try store.state(of: person) {
    case .unknown: break
    case .sealing(let id, _), .destroyed(let id, _): keys.insert(id)
    }
    for record in try ledgerRecords(ErasureRecord.carriedOut)
    where record.data?["person"]?.string == person {
      keys.insert(try ErasureRecord.key(record))
    }
    return keys
  }
}
