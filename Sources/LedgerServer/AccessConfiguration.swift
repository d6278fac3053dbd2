public import Ledger
import Yams

/// Who may do what, as a configuration file says it.
///
/// ```yaml
/// principals:
///   dms:                                   # as `recordedby` will say
///     users: [dms, 1003]                   # names of passwd(5), or uids
///     groups: [dms-jobs]                   # names of group(5), or gids: of users who are not named anywhere
///     append:
///       types: [de.aktenspur.akte.*, de.aktenspur.dokument.angelegt]
///       sources: ["urn:nwm:dms:"]          # what a source must begin with; without it any
///     rights: [read, unseal]               # of read, unseal, administer, audit
///     delegates: true                      # may say on whose behalf (authid)
/// limits:
///   connections: 2048                      # of one user at a time
///   segment-bytes: 67108864                # how large a segment of the log may become
/// documents:
///   signature-anchors: [/etc/aktenspur/ca.pem]   # certificates under which signatures of contents are trusted
/// ```
///
/// A user is looked for by uid first, then by the primary group. What is named twice, unknown or misspelt is an error: a
/// right that nobody meant to give is worse than a daemon that does not start.
public struct AccessConfiguration: PrincipalResolver {
  /// How many connections one user may have at a time.
  public private(set) var connections = AccessConfiguration.defaultConnections
  /// How large a segment of the log may become, in bytes; nil: as large as the format allows.
  public private(set) var segmentBytes: UInt64?
  /// Files with the certificates under which signatures of contents are trusted, in PEM.
  public private(set) var signatureAnchors: [String] = []
  private var users: [UInt32: Principal] = [:]
  private var groups: [UInt32: Principal] = [:]

  public static let defaultConnections = 2048

  public func principal(user: UInt32, group: UInt32) -> Principal? {
    users[user] ?? groups[group]
  }

  /// - Parameters:
  ///   - text: the file's content.
  ///   - accounts: the names of users and groups.
  public init(yaml text: String, accounts: Accounts = Accounts()) throws(ConfigurationError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationError("", "\(error)")
    }
    guard let root else { throw ConfigurationError("", "the file is empty; expected principals") }
    let file = try ConfigurationSection(root, at: "", members: ["principals", "limits", "documents"])
    guard let principals = try file.section("principals", members: nil), !principals.names.isEmpty else {
      throw ConfigurationError("principals", "expected at least one principal")
    }
    for name in principals.names {
      let members: Set = ["users", "groups", "append", "rights", "delegates"]
      guard let section = try principals.section(name, members: members) else { continue }
      try add(try AccessConfiguration.principal(name, section), section, accounts)
    }
    if let documents = try file.section("documents", members: ["signature-anchors"]) {
      signatureAnchors = try documents.texts("signature-anchors") ?? []
    }
    if let limits = try file.section("limits", members: ["connections", "segment-bytes"]) {
      connections = try limits.integer("connections", in: 1...100_000) ?? connections
      segmentBytes = try limits.integer("segment-bytes", in: 4096...64 << 20).map(UInt64.init)
    }
  }

  private mutating func add(
    _ principal: Principal, _ section: ConfigurationSection, _ accounts: Accounts
  ) throws(ConfigurationError) {
    let userNames = try section.texts("users") ?? []
    let groupNames = try section.texts("groups") ?? []
    guard !userNames.isEmpty || !groupNames.isEmpty else {
      throw ConfigurationError(section.path, "expected users or groups: nobody could be this principal")
    }
    for (index, name) in userNames.enumerated() {
      let path = "\(section.path).users[\(index)]"
      guard let number = accounts.user(name) else { throw ConfigurationError(path, "there is no user \(name)") }
      if let other = users.updateValue(principal, forKey: number) {
        throw ConfigurationError(path, "user \(name) is \(other.name) already")
      }
    }
    for (index, name) in groupNames.enumerated() {
      let path = "\(section.path).groups[\(index)]"
      guard let number = accounts.group(name) else { throw ConfigurationError(path, "there is no group \(name)") }
      if let other = groups.updateValue(principal, forKey: number) {
        throw ConfigurationError(path, "group \(name) is \(other.name) already")
      }
    }
  }

  private static func principal(
    _ name: String, _ section: ConfigurationSection
  ) throws(ConfigurationError) -> Principal {
    guard name != Ledger.ownPrincipal, isName(name) else {
      throw ConfigurationError(
        section.path, "expected a name of letters, digits, '.', '_' and '-', other than \(Ledger.ownPrincipal)")
    }
    var rights: Principal.Rights = []
    for (index, right) in (try section.texts("rights") ?? []).enumerated() {
      guard let right = AccessConfiguration.rights[right] else {
        let known = AccessConfiguration.rights.keys.sorted().joined(separator: ", ")
        throw ConfigurationError("\(section.path).rights[\(index)]", "expected one of \(known), found \(right)")
      }
      rights.insert(right)
    }
    var scope = AppendScope(types: [], sources: nil)
    if let append = try section.section("append", members: ["types", "sources"]) {
      guard let texts = try append.texts("types"), !texts.isEmpty else {
        throw ConfigurationError("\(append.path).types", "expected at least one event type; '*' is every type")
      }
      var types: [AppendScope.TypePattern] = []
      for (index, text) in texts.enumerated() {
        guard let type = AppendScope.TypePattern(text) else {
          throw ConfigurationError(
            "\(append.path).types[\(index)]", "expected an event type, with '*' at its end at most")
        }
        types.append(type)
      }
      let sources = try append.texts("sources")
      if let index = sources?.firstIndex(of: "") {
        throw ConfigurationError("\(append.path).sources[\(index)]", "expected the beginning of a source")
      }
      scope = AppendScope(types: types, sources: sources)
      rights.insert(.append)
    }
    return Principal(name: name, delegates: try section.flag("delegates") ?? false, rights: rights, scope: scope)
  }

  private static let rights: [String: Principal.Rights] = [
    "read": .read, "unseal": .unseal, "administer": .administer, "audit": .audit,
  ]

  /// As `recordedby` it stands in the log for ever.
  private static func isName(_ name: String) -> Bool {
    1...64 ~= name.utf8.count
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

/// What is wrong with a configuration file, and where.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// The names on the way to the place, e.g. `principals.dms.users[0]`; "" for the whole file.
  public var path: String
  public var detail: String

  init(_ path: String, _ detail: String) {
    self.path = path
    self.detail = detail
  }

  public var description: String { path.isEmpty ? detail : "\(path): \(detail)" }
}
