/// Who speaks, verified by the kernel (SO_PEERCRED) and named by the configuration.
public struct Principal: Sendable, Hashable {
  /// As `recordedby` will say.
  public var name: String
  /// Whether it may say on whose behalf an event is sent (`authid`); else the ledger sets `authid` to its name.
  public var delegates: Bool
  public var rights: Rights
  /// What it may append, where it may append at all.
  public var scope: AppendScope

  public init(name: String, delegates: Bool, rights: Rights, scope: AppendScope = .everything) {
    self.name = name
    self.delegates = delegates
    self.rights = rights
    self.scope = scope
  }

  /// What a principal may do.
  public struct Rights: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    public static let append = Rights(rawValue: 1)
    public static let read = Rights(rawValue: 2)
    /// See sealed fields in the clear.
    public static let unseal = Rights(rawValue: 4)
    public static let administer = Rights(rawValue: 8)
    /// Read everything that an audit needs, and nothing else.
    public static let audit = Rights(rawValue: 16)

    public static let all: Rights = [.append, .read, .unseal, .administer, .audit]
  }
}
