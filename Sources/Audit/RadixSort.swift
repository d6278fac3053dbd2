extension UnsafeMutableBufferPointer<SortKey> {
  /// Where in the sorted keys each first byte begins: 257 numbers, the last one their count.
  typealias Bounds = [Int]

  /// Sorts in place, byte by byte from the first on ("American flag"; McIlroy, Bostic, McIlroy 1993). Keys that are
  /// hashes are apart after two or three bytes, so this takes a fraction of the time of comparing.
  func sortByBytes() -> Bounds {
    var counts = [Int](repeating: 0, count: 257)
    for key in self { counts[Int(key.word0 >> 56) + 1] += 1 }
    for index in 1..<257 { counts[index] += counts[index - 1] }
    sort(byte: 0)
    return counts
  }

  private func sort(byte: Int) {
    guard count > 24, byte < 32 else {
      insertionSort()
      return
    }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 512) { places in
      places.initialize(repeating: 0)
      let (starts, ends) = (places[..<256], 256)
      for key in self { places[ends + key.byte(byte)] += 1 }
      if places[ends + self[0].byte(byte)] == count {
        sort(byte: byte + 1)
        return
      }
      var total = 0
      for value in starts.indices {
        places[value] = total
        total += places[ends + value]
        places[ends + value] = total
      }
      // Each key is carried to the next free place of its byte, and the one found there is carried on.
      for value in starts.indices {
        while places[value] < places[ends + value] {
          var carried = self[places[value]]
          while case let target = carried.byte(byte), target != value {
            swap(&carried, &self[places[target]])
            places[target] += 1
          }
          self[places[value]] = carried
          places[value] += 1
        }
      }
      var start = 0
      for value in starts.indices {
        let end = places[ends + value]
        if end - start > 1 { Self(rebasing: self[start..<end]).sort(byte: byte + 1) }
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

extension SortKey {
  /// The byte at a place from 0 to 31, the most significant one first.
  @inline(__always) fileprivate func byte(_ index: Int) -> Int {
    let word =
      switch index >> 3 {
      case 0: word0
      case 1: word1
      case 2: word2
      default: word3
      }
    return Int(truncatingIfNeeded: word >> UInt64(56 - 8 * (index & 7)) & 0xFF)
  }
}
