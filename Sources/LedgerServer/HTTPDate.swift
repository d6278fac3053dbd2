import Glibc
import LogFormat
import Synchronization

/// The `Date` header (RFC 9110 §5.6.7), written once a second.
final class HTTPDate: Sendable {
  private let last = Mutex<(second: Int64, text: String)>((.min, ""))

  var now: String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let second = Int64(time.tv_sec)
    return last.withLock { last in
      if last.second != second { last = (second, HTTPDate.text(second: second)) }
      return last.text
    }
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, of a second since 1970.
  static func text(second: Int64) -> String {
    let text = Timestamp(microseconds: second * 1_000_000).text
    func part(_ range: Range<Int>) -> Substring { text.dropFirst(range.lowerBound).prefix(range.count) }
    // 1970-01-01 was a Thursday.
    let day = (second / 86_400 + 4) % 7
    let month = (Int(part(5..<7)) ?? 1) - 1
    return "\(days[Int(day)]), \(part(8..<10)) \(months[month]) \(part(0..<4)) \(part(11..<19)) GMT"
  }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
