import Foundation

/// Appends of one record's bytes, each made durable before the next: what the disk allows to one writer.
struct SyncFloor {
  let folder: String
  let seconds: Double

  func run(bytes count: Int) throws -> Measurement {
    let file = try AppendedFile(folder + "/floor")
    let bytes = [UInt8](repeating: 0x61, count: count)
    var latencies: [Double] = []
    let start = MonotonicClock.seconds
    var now = start
    while now - start < seconds {
      try bytes.withUnsafeBytes { try file.append($0) }
      let then = MonotonicClock.seconds
      latencies.append(then - now)
      now = then
    }
    return Measurement(count: latencies.count, seconds: now - start, latencies: latencies.sorted())
  }
}
