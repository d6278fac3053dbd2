extension UnsafeMutableBufferPointer<SortKey> {
  /// As many keys as are sorted by comparing them.
  private static var few: Int { 24 }
  /// The most bits that are looked at at once: their counters stay in the processor's first cache.
  private static var widestDigit: Int { 12 }

  /// Sorts in place, some bits at a time from the first on ("American flag"; McIlroy, Bostic, McIlroy 1993): so many that
  /// of keys that are hashes a few are left together, which are then compared. So this takes a fraction of the time of
  /// comparing.
  ///
  /// - Parameter bit: the first bit in which keys may differ.
  func sort(fromBit bit: Int) {
    if count > Self.few, bit < SortKey.bitCount { dealOut(fromBit: bit) }
    insertionSort()
  }

  /// Brings keys with the same bits together, in order of these, and sorts those of which there are many.
  private func dealOut(fromBit bit: Int) {
    let magnitude = Int.bitWidth - count.leadingZeroBitCount
    let width = Swift.min(Self.widestDigit, magnitude - 3, UInt64.bitWidth - bit % UInt64.bitWidth)
    let next = bit + width
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 << width) { places in
      places.initialize(repeating: 0)
      let (values, ends) = (0..<(1 << width), 1 << width)
      for key in self { places[ends + key.digit(bit, width)] += 1 }
      if places[ends + self[0].digit(bit, width)] == count {
        if next < SortKey.bitCount { dealOut(fromBit: next) }
        return
      }
      var total: Int32 = 0
      for value in values {
        places[value] = total
        total += places[ends + value]
        places[ends + value] = total
      }
      // Each key is carried to the next free place of its digit, and the one found there is carried on.
      for value in values {
        while places[value] < places[ends + value] {
          var carried = self[Int(places[value])]
          while case let target = carried.digit(bit, width), target != value {
            swap(&carried, &self[Int(places[target])])
            places[target] += 1
          }
          self[Int(places[value])] = carried
          places[value] += 1
        }
      }
      guard next < SortKey.bitCount else { return }
      var start = 0
      for value in values {
        let end = Int(places[ends + value])
        if end - start > Self.few { Self(rebasing: self[start..<end]).dealOut(fromBit: next) }
        start = end
      }
    }
  }

  private func insertionSort() {
    guard count > 1 else { return }
    for index in 1..<count {
      let key = self[index]
      var place = index
      while place > 0, key < self[place - 1] {
        self[place] = self[place - 1]
        place -= 1
      }
      self[place] = key
    }
  }
}
