import Foundation
import Testing
import Threads

@Suite("Worker threads")
struct WorkerThreadTests {
  /// What a thread of its own finds out about itself.
  private func inside<Answer: Sendable>(
    _ name: String, niceness: CInt = 0, _ question: @escaping @Sendable () -> Answer
  ) async -> Answer {
    await withCheckedContinuation { continuation in
      WorkerThread.start(name, niceness: niceness) { continuation.resume(returning: question()) }
    }
  }

  private static let ownName: @Sendable () -> String = {
    // Of the calling thread, as `top -H` reads it.
    ((try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? "").trimmingCharacters(in: .newlines)
  }

  private static let ownNiceness: @Sendable () -> CInt = {
    getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
  }

  @Test("A thread has its name where the system shows threads")
  func name() async {
    #expect(await inside("sequencer", Self.ownName) == "sequencer")
  }

  @Test("Of a name that is too long for the system, the beginning is shown")
  func longName() async {
    #expect(await inside("a name of more than fifteen bytes", Self.ownName) == "a name of more ")
  }

  @Test("A thread that stands back does so alone")
  func niceness() async {
    let before = await inside("before", Self.ownNiceness)
    #expect(await inside("behind", niceness: 19, Self.ownNiceness) == 19)
    #expect(await inside("after", Self.ownNiceness) == before)
  }

  @Test("A thread started by one that stands back stands back, too")
  func inherited() async {
    let niceness: CInt = await withCheckedContinuation { continuation in
      WorkerThread.start("behind", niceness: 7) {
        WorkerThread.start("its own") { continuation.resume(returning: Self.ownNiceness()) }
      }
    }
    #expect(niceness == 7)
  }
}
