import Glibc

/// How far a running daemon says the log is durable, read from `run/durable` (64 bytes, mapped by the daemon):
///
/// ```
///  0  "AKSPUR1\n"
///  8  generation, odd while the daemon writes the rest
/// 16  number of records
/// 24  sequence of the segment's first record
/// 32  offset of the end within that segment
/// 40  zero
/// ```
///
/// Numbers are 64-bit, little-endian.
struct DurableEnd: Equatable {
  var records: UInt64
  var segment: UInt64
  var offset: UInt64

  private static let byteCount = 64
  private static let magic = Array("AKSPUR1\n".utf8)

  /// Reads the file twice or more, until two readings agree on an even generation.
  static func read(path: String) throws(VerifierError) -> DurableEnd {
    var last: [UInt8]?
    for _ in 0..<1000 {
      guard let bytes = try smallFile(path, limit: byteCount), bytes.count == byteCount, bytes.starts(with: magic)
      else { throw .noDurableHead(path: path) }
      if bytes == last, let end = DurableEnd(bytes) { return end }
      last = bytes
      usleep(100)
    }
    throw .noDurableHead(path: path)
  }

  /// Nil while the generation is odd, or 0: nothing published yet.
  init?(_ bytes: [UInt8]) {
    func number(at offset: Int) -> UInt64 {
      bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    guard bytes.count == DurableEnd.byteCount, bytes.starts(with: DurableEnd.magic), number(at: 8) & 1 == 0,
      number(at: 8) > 0
    else { return nil }
    records = number(at: 16)
    segment = number(at: 24)
    offset = number(at: 32)
  }
}

/// Whether a daemon holds the ledger's `lock`. Asking takes a shared lock for an instant where nobody holds it.
func isHeldByDaemon(lock path: String) throws(VerifierError) -> Bool {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else {
    if errno == ENOENT { return false }
    throw .io(call: "open", path: path, code: errno)
  }
  defer { close(file) }
  while flock(file, LOCK_SH | LOCK_NB) != 0 {
    if errno == EWOULDBLOCK { return true }
    guard errno == EINTR else { throw .io(call: "flock", path: path, code: errno) }
  }
  return false
}
