/// By how much the true time may differ from a time stamp's, to both sides (RFC 3161 §2.4.2, `Accuracy`).
public struct Accuracy: Sendable, Hashable {
  public let seconds: Int
  /// 0 … 999.
  public let milliseconds: Int
  /// 0 … 999.
  public let microseconds: Int

  public init(seconds: Int, milliseconds: Int = 0, microseconds: Int = 0) {
    self.seconds = seconds
    self.milliseconds = milliseconds
    self.microseconds = microseconds
  }
}

extension Accuracy: CustomStringConvertible {
  public var description: String {
    let parts = [(seconds, "s"), (milliseconds, "ms"), (microseconds, "µs")].filter { $0.0 > 0 }
    return "±" + (parts.isEmpty ? "0 s" : parts.map { "\($0.0) \($0.1)" }.joined(separator: " "))
  }
}
