public import LogFormat

extension SealedValue {
  /// Whether a value could pass for a sealed one: an object with a member `sealed`, however its name is escaped and
  /// whatever it holds. A client may not send this in a personal field; readers could not tell it from ours.
  public static func isSealedShape(_ value: JSONValue) -> Bool {
    value["sealed"] != nil
  }

  /// Reads the object that stands in a record in place of a personal value.
  public init(_ value: JSONValue) throws(PrivacyError) {
    guard value.count == 1, let text = value["sealed"]?.string else {
      throw .malformedSealedValue(expected: "an object whose only member is the text 'sealed'")
    }
    try self.init(text)
  }
}
