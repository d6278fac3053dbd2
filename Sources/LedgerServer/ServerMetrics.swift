import HTTPTypes
import HummingbirdCore
import Synchronization

/// What the server counts: requests by what they asked for and how they were answered, and refusals by their type.
final class ServerMetrics: Sendable {
  struct Request: Hashable {
    /// A route's template; empty where there is no such path.
    var route: String
    var method: String
    var status: Int
  }

  private struct State {
    var requests: [Request: UInt64] = [:]
    /// By the last part of the problem's type.
    var refusals: [String: UInt64] = [:]
    var refusedConnections: UInt64 = 0
    /// Single events, which are most of all requests, by status.
    var events: [Int: UInt64] = [:]
  }

  let version: String
  /// Seconds since 1970.
  let startTime: Double
  private let state = Mutex(State())

  init(version: String, startTime: Double) {
    self.version = version
    self.startTime = startTime
  }

  func count(_ request: HummingbirdCore.Request, _ status: HTTPResponse.Status) {
    let known = ["GET", "HEAD", "POST", "PUT", "DELETE"]
    let method = request.method.rawValue
    let key = Request(
      route: Route(path: request.uri.path[...])?.template ?? "", method: known.contains(method) ? method : "other",
      status: status.code)
    state.withLock { $0.requests[key, default: 0] += 1 }
  }

  /// A single event, answered without a task.
  func countEvent(_ status: HTTPResponse.Status) {
    state.withLock { $0.events[status.code, default: 0] += 1 }
  }

  /// A request was refused, or a line of one.
  func refused(_ problem: Problem) {
    state.withLock { $0.refusals[problem.name, default: 0] += 1 }
  }

  func refusedConnection() {
    state.withLock { $0.refusedConnections += 1 }
  }

  var requests: [Request: UInt64] {
    state.withLock { state in
      var requests = state.requests
      for (status, count) in state.events {
        requests[Request(route: Route.events.template, method: "POST", status: status), default: 0] += count
      }
      return requests
    }
  }

  var refusals: [String: UInt64] { state.withLock { $0.refusals } }
  var refusedConnections: UInt64 { state.withLock { $0.refusedConnections } }
}
