import Glibc
public import Ledger

/// Says which principal a user of this machine is.
public protocol PrincipalResolver: Sendable {
  /// Called once for each connection, on an event loop: it must not block.
  ///
  /// - Parameters:
  ///   - user: the peer's effective uid when it connected.
  ///   - group: its effective gid.
  /// - Returns: nil for users that have no access.
  func principal(user: UInt32, group: UInt32) -> Principal?
}

/// Without a configuration the only principal is the user the daemon runs as, with all rights.
public struct OwnUser: PrincipalResolver {
  private let user: UInt32
  private let owner: Principal

  /// Looks the daemon's user up. A user without an entry in passwd is named by the number: `uid-1001`.
  public init() {
    user = geteuid()
    owner = Principal(name: Accounts.name(ofUser: user), delegates: true, rights: .all)
  }

  public func principal(user: UInt32, group: UInt32) -> Principal? {
    user == self.user ? owner : nil
  }
}
