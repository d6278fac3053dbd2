import Testing

@testable import LedgerServer

@Suite struct BoundedQueueTests {
  @Test func handsOverEverythingInOrder() async {
    let queue = BoundedQueue<Int>(limit: 3)
    async let taken = {
      var taken: [Int] = []
      while let some = await queue.takeAll() {
        // Never more than what fits and the one that went over.
        #expect(some.count <= 4)
        taken += some
      }
      return taken
    }()
    for number in 0..<1000 {
      guard await queue.give(number, cost: 1) else { break }
    }
    queue.finish()
    #expect(await taken == Array(0..<1000))
  }

  @Test func tellsTheGiverThatNobodyTakes() async {
    let queue = BoundedQueue<Int>(limit: 0)
    async let given = queue.give(1, cost: 1)
    queue.close()
    #expect(await given == false)
    #expect(await queue.give(2, cost: 1) == false)
  }

  @Test func endsForATakerThatWaits() async {
    let queue = BoundedQueue<Int>(limit: 1)
    async let taken = queue.takeAll()
    queue.finish()
    #expect(await taken == nil)
  }
}
