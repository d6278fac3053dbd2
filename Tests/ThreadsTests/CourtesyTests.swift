import Testing
import Threads

@Suite("Courtesy")
struct CourtesyTests {
  @Test("Work steps aside only when it has been said to be done behind")
  func behind() {
    let courtesy = Courtesy()
    #expect(!courtesy.isDue)
    courtesy.begin()
    #expect(courtesy.isDue)
  }

  @Test("Work that somebody waits for does not step aside, until the last one waits no more")
  func waiting() {
    struct Failure: Error {}
    let courtesy = Courtesy()
    courtesy.begin()
    courtesy.withhold {
      #expect(!courtesy.isDue)
      #expect(throws: Failure.self) { try courtesy.withhold { throw Failure() } }
      #expect(!courtesy.isDue)
    }
    #expect(courtesy.isDue)
  }
}
