/// The event types that a set of handlers is interested in, found by the bytes of the type as it stands in a line.
///
/// Shared between the thread that reads records and the one that applies them; each type has a number for both.
struct EventTypes: Sendable {
  private var buckets: [UInt64: [(type: [UInt8], number: Int)]] = [:]
  private(set) var count = 0
  /// By number: whether a handler asks for the day.
  private var dayUsers: Set<Int> = []

  /// - Returns: the type's number; the same one each time.
  mutating func add(_ type: String, usesDay: Bool) -> Int {
    let bytes = Array(type.utf8)
    let number: Int
    if let known = bytes.withUnsafeBytes({ self[$0] }) {
      number = known
    } else {
      number = count
      count += 1
      buckets[bytes.withUnsafeBytes { EventTypes.hash($0) }, default: []].append((bytes, number))
    }
    if usesDay { dayUsers.insert(number) }
    return number
  }

  /// Nil where no handler is interested.
  subscript(_ type: UnsafeRawBufferPointer) -> Int? {
    buckets[EventTypes.hash(type)]?.first { $0.type.elementsEqual(type) }?.number
  }

  func usesDay(_ number: Int) -> Bool { dayUsers.contains(number) }

  /// FNV-1a, 64 bits.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
