import Ledger
import Synchronization

/// One connection: who speaks on it, and whether it is being closed.
final class Connection: Sendable {
  /// Nil where the peer has no access.
  let principal: Principal?
  let peer: Peer?
  private let closing = Atomic(false)

  /// Whose limits count. Whoever comes over the web port shares those of nobody.
  var user: UInt32 { peer?.user ?? Peer.nobody }

  init(peer: Peer?, principal: Principal?) {
    self.peer = peer
    self.principal = principal
  }

  /// Whether the last answer has gone out. Requests that a client had already sent behind it are not looked at.
  var isClosing: Bool { closing.load(ordering: .acquiring) }

  func startClosing() { closing.store(true, ordering: .releasing) }
}
