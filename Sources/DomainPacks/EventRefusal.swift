/// Why an event is not one of its pack's: which field, and what was expected there.
public struct EventRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// JSON Pointer (RFC 6901) into the event as sent, e.g. `/data/preis_cent`.
  public var pointer: String
  /// What was expected, and what was found. Values of personal fields are not repeated.
  public var text: BilingualText

  public init(pointer: String, _ text: BilingualText) {
    self.pointer = pointer
    self.text = text
  }

  public var detail: String { text.en }

  public var description: String { "\(pointer): \(detail)" }
}
