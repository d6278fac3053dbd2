import Foundation

/// Results go to stdout, everything else to stderr.
enum Terminal {
  static func print(_ text: String) {
    write(Array((text.onTerminal + "\n").utf8), to: 1)
  }

  static func error(_ text: String) {
    write(Array((text.onTerminal + "\n").utf8), to: 2)
  }

  /// Writes bytes as they are.
  static func write(_ bytes: some Sequence<UInt8>) {
    write(Array(bytes), to: 1)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let count = Foundation.write(descriptor, base + done, buffer.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          // Nobody reads any more: like any filter, end quietly.
          exit(errno == EPIPE ? 0 : 74)
        }
        done += count
      }
    }
  }
}
