/// Why an event cannot be taken: which field, and what was expected there.
public struct EventError: Error, Sendable, Hashable, CustomStringConvertible {
  /// JSON Pointer (RFC 6901) to the field in what the client sent.
  public var pointer: String
  /// What was expected, in words.
  public var detail: String

  public init(_ pointer: String, _ detail: String) {
    self.pointer = pointer
    self.detail = detail
  }

  public var description: String { pointer.isEmpty ? detail : "\(pointer): \(detail)" }
}
