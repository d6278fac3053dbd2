public import LogFormat

/// A value in an event's data that must be stored sealed.
public struct PersonalField: Sendable {
  /// JSON Pointer (RFC 6901) within `data`; empty where all of `data` is personal.
  public var pointer: String
  public var value: JSONValue
  /// The pseudonymous reference of the person it is about, under whose key it is sealed: what `x-person` points to, or
  /// the event's subject where the pack or the event names nobody.
  public var person: String
}
