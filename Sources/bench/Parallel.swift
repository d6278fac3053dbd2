import Foundation
import Synchronization

/// Runs the body on so many threads at once, each with its number from 0, and waits for all.
///
/// - Returns: what they gave, in the order of their numbers.
/// - Throws: the first error of any.
func parallel<Output: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Output) throws -> [Output] {
  let outputs = ParallelOutputs<Output>()
  let group = DispatchGroup()
  for number in 0..<count {
    group.enter()
    let thread = Thread {
      let output = Result { try body(number) }
      outputs.state.withLock { $0[number] = output }
      group.leave()
    }
    thread.stackSize = 1 << 20
    thread.start()
  }
  group.wait()
  let results = outputs.state.withLock { $0 }
  return try (0..<count).compactMap { try results[$0]?.get() }
}

private final class ParallelOutputs<Output: Sendable>: Sendable {
  let state = Mutex<[Int: Result<Output, any Error>]>([:])
}
