/// An entry that is found by an ``IndexKey``.
protocol KeyedEntry: Sendable {
  var key: IndexKey { get }
}

extension IDEntry: KeyedEntry {}

/// Entries by their keys, which are random already and so need no hashing: the numbers of entries in a table that is at
/// most half full, searched from the place a key begins with.
struct KeyTable<Entry: KeyedEntry>: Sendable {
  private(set) var entries: [Entry] = []
  private var slots: [Int32] = []
  private var mask = 0

  /// Where a key's entry is, or would be.
  struct Slot {
    fileprivate var number: Int
  }

  func value(for key: IndexKey) -> Entry? {
    guard !slots.isEmpty else { return nil }
    return self[find(key)]
  }

  /// Makes room for one more entry.
  mutating func slot(of key: IndexKey) -> Slot {
    if entries.count * 2 >= slots.count { grow() }
    return find(key)
  }

  subscript(slot: Slot) -> Entry? {
    let entry = slots[slot.number]
    return entry < 0 ? nil : entries[Int(entry)]
  }

  /// Sets the entry of the key that the slot was asked for.
  ///
  /// - Returns: its place in ``entries``, which stays.
  @discardableResult
  mutating func set(_ entry: Entry, in slot: Slot) -> Int {
    let known = Int(slots[slot.number])
    if known >= 0 {
      entries[known] = entry
      return known
    }
    slots[slot.number] = Int32(entries.count)
    entries.append(entry)
    return entries.count - 1
  }

  mutating func put(_ entry: Entry) {
    let slot = slot(of: entry.key)
    set(entry, in: slot)
  }

  mutating func removeAll() {
    if slots.count > 1 << 16 {
      self = KeyTable()
    } else if !entries.isEmpty {
      entries.removeAll(keepingCapacity: true)
      for number in slots.indices { slots[number] = -1 }
    }
  }

  private func find(_ key: IndexKey) -> Slot {
    slots.withUnsafeBufferPointer { slots in
      entries.withUnsafeBufferPointer { entries in
        var number = Int(truncatingIfNeeded: key.low) & mask
        while slots[number] >= 0, entries[Int(slots[number])].key != key { number = (number + 1) & mask }
        return Slot(number: number)
      }
    }
  }

  private mutating func grow() {
    let count = max(64, slots.count * 2)
    slots = Array(repeating: -1, count: count)
    mask = count - 1
    for (number, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.key.low) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }
}
