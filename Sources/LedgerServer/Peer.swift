import CPeer
import NIOCore
import NIOPosix

/// Who is at the other end of a connection, as the kernel noted when it was made.
struct Peer: Sendable, Hashable {
  var process: Int32
  var user: UInt32
  var group: UInt32

  /// On a socket that is not a Unix socket the kernel names this user: nobody.
  static let nobody = UInt32.max

  /// Reads the credentials of a connection. Called on its event loop.
  ///
  /// - Returns: nil where the transport has none, or names nobody.
  /// - Throws: the error of getsockopt(2).
  init?(of channel: any Channel) throws {
    let peer = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
      (socket) throws -> aktenspur_peer in
      var peer = aktenspur_peer()
      let error = aktenspur_peer_of(socket, &peer)
      guard error == 0 else { throw IOError(errnoCode: error, reason: "getsockopt(SO_PEERCRED)") }
      return peer
    }
    guard let peer, peer.uid != Peer.nobody else { return nil }
    process = peer.pid
    user = peer.uid
    group = peer.gid
  }
}
