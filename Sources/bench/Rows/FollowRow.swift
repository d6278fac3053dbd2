import Foundation

/// How long after its answer an event is seen by all who follow an idle ledger.
extension Session {
  func follow() throws {
    progress("follow")
    try daemon.settle()
    let followers = try (0..<FollowSize.followers).map { _ in
      let follower = try Connection(daemon.socket)
      try follower.get("/v1/events?from=head&follow=true")
      guard try follower.head().status == 200 else { throw BenchError("following was refused") }
      return follower
    }
    let writer = try Connection(daemon.socket)
    let stream = sent.newStreams(1).lowerBound
    let body = Bytes()
    let request = Bytes()
    let attributes = Bytes()
    var latencies: [Double] = []
    let (_, usage) = try daemon.measuring {
      for number in 0..<size.followed {
        usleep(FollowSize.pause)
        body.clear()
        EventText.write(stream, number, to: body)
        request.clear()
        request.appendPost("application/cloudevents+json", length: body.count)
        request.append(body.contents)
        attributes.clear()
        EventText.writeAttributes(stream, number, to: attributes)
        try writer.send(request)
        let status = try writer.head().status
        _ = try writer.wholeBody()
        guard status == 201 else { throw BenchError("an event was answered \(status)") }
        sent.answered(1, of: stream)
        let acknowledged = MonotonicClock.seconds
        for follower in followers {
          guard let line = try follower.nextLine(), line.starts(with: attributes.contents) else {
            throw BenchError("a follower saw something else than event \(number)")
          }
        }
        latencies.append(MonotonicClock.seconds - acknowledged)
      }
    }
    let seen = Measurement(count: latencies.count, seconds: usage.seconds, latencies: latencies.sorted())
    var row = Row("follow", value: seen.percentile(0.99) * 1000, unit: "ms", limit: 5, usages: [usage])
    row.latency = (seen.percentile(0.5) * 1000, seen.percentile(0.99) * 1000)
    report.add(row)
  }
}

private enum FollowSize {
  static let followers = 10
  /// Between two events, in microseconds: the ledger is idle when the next one comes.
  static let pause: UInt32 = 2_000
}
