import LogFormat

/// Names that the members of objects are compared with again and again.
struct MemberNames: Sendable {
  let texts: [String]
  private let bytes: [UInt8]
  private let ends: [Int]

  init(_ texts: [String]) {
    self.texts = texts
    var (bytes, ends) = ([UInt8](), [Int]())
    for text in texts {
      bytes.append(contentsOf: text.utf8)
      ends.append(bytes.count)
    }
    (self.bytes, self.ends) = (bytes, ends)
  }

  /// Calls `body` with which of the names each member of an object has, in the order of the members; -1 for none of them.
  func withPlaces<Output>(in object: JSONView, _ body: (UnsafeBufferPointer<Int32>) -> Output) -> Output {
    // A member is a name and a value, of one node at least.
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: object.nodeCount / 2) { places in
      body(UnsafeBufferPointer(rebasing: places[..<fill(places, object)]))
    }
  }

  /// Members mostly come in the order of the names, so each is looked for behind the one before it first.
  ///
  /// - Returns: how many members there are.
  private func fill(_ places: UnsafeMutableBufferPointer<Int32>, _ object: JSONView) -> Int {
    bytes.withUnsafeBytes { names in
      ends.withUnsafeBufferPointer { ends in
        var count = 0
        var likely = 0
        for member in object.members {
          let name = member.name
          var place = likely
          var found = -1
          for _ in 0..<ends.count {
            if place == ends.count { place = 0 }
            let start = place == 0 ? 0 : ends[place - 1]
            if name.isString(UnsafeRawBufferPointer(rebasing: names[start..<ends[place]])) {
              found = place
              likely = place + 1
              break
            }
            place += 1
          }
          places.initializeElement(at: count, to: Int32(found))
          count += 1
        }
        return count
      }
    }
  }
}
