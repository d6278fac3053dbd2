import Glibc

/// The users and groups of this machine, by name or by number.
public struct Accounts: Sendable {
  public init() {}

  /// The uid of a name in passwd(5); digits are a uid, whether anybody has it or not.
  func user(_ name: String) -> UInt32? {
    if let number = UInt32(name), number != Peer.nobody { return number }
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    return Accounts.withBuffer(_SC_GETPW_R_SIZE_MAX) { buffer, size in
      getpwnam_r(name, &entry, buffer, size, &found) == 0 && found != nil ? entry.pw_uid : nil
    }
  }

  /// The gid of a name in group(5); digits are a gid.
  func group(_ name: String) -> UInt32? {
    if let number = UInt32(name), number != Peer.nobody { return number }
    var entry = Glibc.group()
    var found: UnsafeMutablePointer<Glibc.group>?
    return Accounts.withBuffer(_SC_GETGR_R_SIZE_MAX) { buffer, size in
      getgrnam_r(name, &entry, buffer, size, &found) == 0 && found != nil ? entry.gr_gid : nil
    }
  }

  /// The name of a user; one without an entry is named by the number: `uid-1001`.
  static func name(ofUser user: UInt32) -> String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    return withBuffer(_SC_GETPW_R_SIZE_MAX) { buffer, size in
      guard getpwuid_r(user, &entry, buffer, size, &found) == 0, found != nil, let name = entry.pw_name else {
        return "uid-\(user)"
      }
      return String(cString: name)
    }
  }

  private static func withBuffer<Value>(
    _ limit: Int, _ body: (UnsafeMutablePointer<CChar>, Int) -> Value
  ) -> Value {
    let size = max(sysconf(Int32(limit)), 16 << 10)
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
    defer { buffer.deallocate() }
    return body(buffer, size)
  }
}
