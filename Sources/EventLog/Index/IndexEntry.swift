/// One entry of the index as a run holds it: a fixed number of bytes, least significant first, in the order of its key.
protocol IndexEntry: Sendable, Hashable {
  associatedtype Key: Comparable & Sendable

  static var width: Int { get }
  var key: Key { get }
  init(_ bytes: UnsafeRawPointer)
  func write(to bytes: UnsafeMutableRawPointer)
}

extension UnsafeRawPointer {
  @inline(__always) fileprivate func number(_ offset: Int) -> UInt64 {
    UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always) fileprivate func short(_ offset: Int) -> UInt32 {
    UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}

extension UnsafeMutableRawPointer {
  @inline(__always) fileprivate func put(_ number: UInt64, _ offset: Int) {
    storeBytes(of: number.littleEndian, toByteOffset: offset, as: UInt64.self)
  }

  @inline(__always) fileprivate func put(_ number: UInt32, _ offset: Int) {
    storeBytes(of: number.littleEndian, toByteOffset: offset, as: UInt32.self)
  }
}

/// Where the event with that `source` and `id` is.
struct IDEntry: IndexEntry {
  static let width = 24

  var key: IndexKey
  var sequence: UInt64

  init(key: IndexKey, sequence: UInt64) {
    self.key = key
    self.sequence = sequence
  }

  @inline(__always) init(_ bytes: UnsafeRawPointer) {
    key = IndexKey(high: bytes.number(0), low: bytes.number(8))
    sequence = bytes.number(16)
  }

  @inline(__always) func write(to bytes: UnsafeMutableRawPointer) {
    bytes.put(key.high, 0)
    bytes.put(key.low, 8)
    bytes.put(sequence, 16)
  }
}

/// What is known of a subject; the entry of a newer run takes the place of an older one's.
struct SubjectEntry: IndexEntry {
  static let width = 44

  var key: IndexKey
  var version: UInt64
  var first: UInt64
  var last: UInt64
  /// Number of the state's name; 0 where there is none.
  var state: UInt32

  init(key: IndexKey, version: UInt64, first: UInt64, last: UInt64, state: UInt32) {
    self.key = key
    self.version = version
    self.first = first
    self.last = last
    self.state = state
  }

  @inline(__always) init(_ bytes: UnsafeRawPointer) {
    key = IndexKey(high: bytes.number(0), low: bytes.number(8))
    version = bytes.number(16)
    first = bytes.number(24)
    last = bytes.number(32)
    state = bytes.short(40)
  }

  @inline(__always) func write(to bytes: UnsafeMutableRawPointer) {
    bytes.put(key.high, 0)
    bytes.put(key.low, 8)
    bytes.put(version, 16)
    bytes.put(first, 24)
    bytes.put(last, 32)
    bytes.put(state, 40)
  }
}

/// A record of a subject: its type and who acted, as numbers of their names.
struct EventEntry: IndexEntry {
  static let width = 24

  /// A subject, by the sequence of its first record, and a record of it.
  struct Place: Comparable, Hashable, Sendable {
    var subject: UInt64
    var sequence: UInt64

    @inline(__always) static func < (left: Place, right: Place) -> Bool {
      left.subject < right.subject || left.subject == right.subject && left.sequence < right.sequence
    }
  }

  var key: Place
  var type: UInt32
  var actor: UInt32

  init(subject: UInt64, sequence: UInt64, type: UInt32, actor: UInt32) {
    key = Place(subject: subject, sequence: sequence)
    self.type = type
    self.actor = actor
  }

  @inline(__always) init(_ bytes: UnsafeRawPointer) {
    key = Place(subject: bytes.number(0), sequence: bytes.number(8))
    type = bytes.short(16)
    actor = bytes.short(20)
  }

  @inline(__always) func write(to bytes: UnsafeMutableRawPointer) {
    bytes.put(key.subject, 0)
    bytes.put(key.sequence, 8)
    bytes.put(type, 16)
    bytes.put(actor, 20)
  }
}

/// Where a record's line begins.
struct PlaceEntry: IndexEntry {
  static let width = 24

  var sequence: UInt64
  var segment: UInt64
  var offset: UInt64

  var key: UInt64 { sequence }

  init(_ place: LogPosition) {
    sequence = place.size
    segment = place.segment.first
    offset = place.offset
  }

  @inline(__always) init(_ bytes: UnsafeRawPointer) {
    sequence = bytes.number(0)
    segment = bytes.number(8)
    offset = bytes.number(16)
  }

  @inline(__always) func write(to bytes: UnsafeMutableRawPointer) {
    bytes.put(sequence, 0)
    bytes.put(segment, 8)
    bytes.put(offset, 16)
  }

  var position: LogPosition { LogPosition(size: sequence, segment: Segment(first: segment), offset: offset) }
}
