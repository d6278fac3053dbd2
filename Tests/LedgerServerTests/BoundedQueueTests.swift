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
      queue.put(number, cost: 1)
      guard await queue.waitForRoom() else { break }
    }
    queue.finish()
    #expect(await taken == Array(0..<1000))
  }

  @Test func tellsTheGiverThatNobodyTakes() async {
    let queue = BoundedQueue<Int>(limit: 0)
    queue.put(1, cost: 1)
    async let hasRoom = queue.waitForRoom()
    queue.close()
    #expect(await hasRoom == false)
    queue.put(2, cost: 1)
    #expect(await queue.waitForRoom() == false)
  }

  @Test func endsForATakerThatWaits() async {
    let queue = BoundedQueue<Int>(limit: 1)
    async let taken = queue.takeAll()
    queue.finish()
    #expect(await taken == nil)
  }
}
