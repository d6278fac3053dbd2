import Glibc

/// How many files this process may have open.
enum OpenFiles {
  /// Files that are not connections: segments, index, projections, documents.
  private static let others = 512
  private static let most = 65_536

  /// Takes what the system grants (getrlimit(2): the soft limit may be raised up to the hard one), and says how many
  /// connections that leaves room for.
  static func mostConnections() -> Int {
    var limit = rlimit()
    guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return others }
    if limit.rlim_cur < limit.rlim_max {
      var raised = limit
      raised.rlim_cur = limit.rlim_max
      if setrlimit(Int32(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
    }
    return max(16, Int(min(limit.rlim_cur, rlim_t(most))) - others)
  }
}
