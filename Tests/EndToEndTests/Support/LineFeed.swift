import Foundation

/// The lines a process writes, as they come: read on a thread of their own, awaited without looking at a clock.
final class LineFeed: @unchecked Sendable {
  // @unchecked: `collected`, `rest` and `isAtEnd` are touched only while `condition` is held.
  private let condition = NSCondition()
  private var collected: [Data] = []
  private var rest = Data()
  private var isAtEnd = false

  /// Reads until the end of `handle`. A last line that is not ended by LF is left out: it may be half of one.
  init(reading handle: FileHandle) {
    let thread = Thread { [self] in
      while case let chunk = handle.availableData, !chunk.isEmpty { take(chunk) }
      end()
    }
    thread.start()
  }

  var lines: [Data] { condition.withLock { collected } }

  var text: String { lines.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined() }

  /// Waits until the lines so far are what is wanted.
  ///
  /// - Returns: false where no more can come and they are not.
  func wait(until isEnough: ([Data]) -> Bool) -> Bool {
    condition.withLock {
      while !isEnough(collected) {
        if isAtEnd { return false }
        condition.wait()
      }
      return true
    }
  }

  func waitForEnd() {
    condition.withLock {
      while !isAtEnd { condition.wait() }
    }
  }

  private func take(_ chunk: Data) {
    condition.withLock {
      rest.append(chunk)
      while let end = rest.firstIndex(of: 0x0A) {
        collected.append(Data(rest[..<end]))
        rest = Data(rest[(end + 1)...])
      }
      condition.broadcast()
    }
  }

  private func end() {
    condition.withLock {
      isAtEnd = true
      condition.broadcast()
    }
  }
}
