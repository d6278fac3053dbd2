import Testing

@testable import Privacy

@Suite struct RecentlyUsedTests {
  @Test("The entry not used for the longest time makes room")
  func eviction() {
    var cache = RecentlyUsed<String, Int>(capacity: 3)
    for (value, key) in ["a", "b", "c"].enumerated() { cache.insert(value, for: key) }
    #expect(cache.value(for: "a") == 0)
    cache.insert(3, for: "d")
    #expect(cache.value(for: "b") == nil)
    cache.insert(22, for: "c")
    cache.insert(4, for: "e")
    #expect(cache.value(for: "a") == nil)
    #expect([cache.value(for: "c"), cache.value(for: "d"), cache.value(for: "e")] == [22, 3, 4])
    #expect(cache.count == 3)
  }

  @Test("It answers as a list kept in order of use would, over many random steps", arguments: [1, 2, 7])
  func againstModel(capacity: Int) {
    var cache = RecentlyUsed<Int, Int>(capacity: capacity)
    var model: [(key: Int, value: Int)] = []
    for step in 0..<5_000 {
      let key = Int.random(in: 0..<(2 * capacity + 1))
      let place = model.firstIndex { $0.key == key }
      if Bool.random() {
        #expect(cache.value(for: key) == place.map { model[$0].value })
        if let place { model.append(model.remove(at: place)) }
      } else {
        cache.insert(step, for: key)
        if let place { model.remove(at: place) } else if model.count == capacity { model.removeFirst() }
        model.append((key, step))
      }
      #expect(cache.count == model.count)
    }
  }
}
