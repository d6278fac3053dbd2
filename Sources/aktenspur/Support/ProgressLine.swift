import Foundation

/// A progress line on stderr: only on a terminal, and only for work over a second.
final class ProgressLine {
  private let start = Date()
  private var shown = -1
  private let isTerminal = isatty(2) == 1

  func show(_ fraction: Double) {
    let percent = Int(fraction * 100)
    guard isTerminal, percent != shown, Date().timeIntervalSince(start) > 1 else { return }
    shown = percent
    FileHandle.standardError.write(Data("\r\(percent) %".utf8))
  }

  func clear() {
    if shown >= 0 { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
