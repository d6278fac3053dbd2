public import TransparencyLog

/// A log that a witness looks after: its name, and the keys it trusts to sign for it.
public struct WitnessedLog: Sendable, Hashable {
  /// The first line of its checkpoints.
  public let origin: String
  public let keys: [VerifierKey]

  public init(origin: String, keys: [VerifierKey]) {
    self.origin = origin
    self.keys = keys
  }

  /// Reads a vkey, whose name is then the origin; or an origin, a space and the vkey, for the few logs whose key has
  /// another name than they: `go.sum database tree sum.golang.org+033de0ae+Ac4z…`.
  public init(_ text: String) throws {
    guard let space = text.lastIndex(of: " ") else {
      let key = try VerifierKey(text)
      self.init(origin: key.name, keys: [key])
      return
    }
    self.init(origin: String(text[..<space]), keys: [try VerifierKey(String(text[text.index(after: space)...]))])
  }

  /// The logs of a policy (C2SP tlog-policy).
  public static func logs(of policy: WitnessPolicy) -> [WitnessedLog] {
    policy.logs.map { WitnessedLog(origin: $0.key.name, keys: [$0.key]) }
  }

  /// How a witness tells logs apart, as in the path of its monitoring interface.
  var identifier: Digest { SHA256.hash(origin) }
}
