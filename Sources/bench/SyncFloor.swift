import Foundation

/// Appends of one record's bytes, each made durable before the next: what the disk allows to one writer.
struct SyncFloor {
  let directory: String
  let seconds: Double

  func run(bytes count: Int) throws -> Measurement {
    let path = directory + "/floor"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    guard descriptor >= 0 else { throw BenchError("open \(path): \(String(cString: strerror(errno)))") }
    defer {
      close(descriptor)
      unlink(path)
    }
    let bytes = [UInt8](repeating: 0x61, count: count)
    let start = Date()
    var latencies: [Double] = []
    var now = start
    while now.timeIntervalSince(start) < seconds {
      guard write(descriptor, bytes, count) == count, fdatasync(descriptor) == 0 else {
        throw BenchError("append to \(path): \(String(cString: strerror(errno)))")
      }
      let then = Date()
      latencies.append(then.timeIntervalSince(now))
      now = then
    }
    return Measurement(count: latencies.count, seconds: now.timeIntervalSince(start), latencies: latencies.sorted())
  }
}
