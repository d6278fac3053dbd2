/// A dictionary of a fixed capacity: the entry that was not used for the longest time makes room for a new one.
struct RecentlyUsed<Key: Hashable, Value> {
  private struct Entry {
    var key: Key
    var value: Value
    var newer: Int?
    var older: Int?
  }

  let capacity: Int
  private var entries: [Entry] = []
  private var places: [Key: Int] = [:]
  private var newest: Int?
  private var oldest: Int?

  init(capacity: Int) {
    precondition(capacity > 0, "a capacity of at least 1")
    self.capacity = capacity
  }

  var count: Int { entries.count }

  /// The value of a key, which becomes the one used last.
  mutating func value(for key: Key) -> Value? {
    guard let place = places[key] else { return nil }
    detach(place)
    attach(place)
    return entries[place].value
  }

  mutating func insert(_ value: Value, for key: Key) {
    if let place = places[key] {
      detach(place)
      entries[place].value = value
      attach(place)
    } else if entries.count < capacity {
      entries.append(Entry(key: key, value: value))
      places[key] = entries.count - 1
      attach(entries.count - 1)
    } else if let place = oldest {
      detach(place)
      places[entries[place].key] = nil
      entries[place] = Entry(key: key, value: value)
      places[key] = place
      attach(place)
    }
  }

  private mutating func detach(_ place: Int) {
    let (newer, older) = (entries[place].newer, entries[place].older)
    if let newer { entries[newer].older = older } else { newest = older }
    if let older { entries[older].newer = newer } else { oldest = newer }
  }

  private mutating func attach(_ place: Int) {
    entries[place].newer = nil
    entries[place].older = newest
    if let newest { entries[newest].newer = place } else { oldest = place }
    newest = place
  }
}
