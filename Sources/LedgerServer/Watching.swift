import EventLog
import Foundation
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import Logging
import NIOPosix

/// What an administrator's programs ask, whether or not the ledger is open: `/healthz`, `/readyz` and `/metrics`.
struct Watching: Sendable {
  let opened: OpenedLedger
  let threads: Threads
  let metrics: ServerMetrics
  let connections: ConnectionCount
  let builds: AsOfBuilds
  let logger: Logger

  func answer(_ route: Route, _ request: Request) async throws(Problem) -> Response {
    _ = try Query(request.uri.query, names: [])
    switch route {
    case .readiness: return try readiness()
    case .metrics:
      let text = try await threads.blocking(on: threads.reading, logger) { try self.text() }
      var response = Response.whole(.ok, PrometheusText.contentType, Array(text.utf8))
      response.headers[.cacheControl] = "no-store"
      return response
    default: return .json(.ok, Array(#"{"status":"alive"}"#.utf8))
    }
  }

  private func readiness() throws(Problem) -> Response {
    guard let ledger = opened.ledger else { throw .recovering }
    switch ledger.readiness {
    case .ready: return .json(.ok, Array(#"{"status":"ready"}"#.utf8))
    case .stopped(let reason): throw .unavailable("nothing is recorded until the ledger is opened again: \(reason)")
    }
  }

  private func text() throws -> String {
    var text = PrometheusText()
    text.gauge("aktenspur_build_info", "The program that runs.", 1, labels: [("version", metrics.version)])
    let ledger = opened.ledger
    text.gauge(
      "aktenspur_ready", "Whether events are taken: 1, or 0 while the ledger recovers or has stopped.",
      ledger?.readiness == .ready ? 1 : 0)
    server(&text)
    try process(&text)
    if let ledger { try log(ledger, &text) }
    return text.text
  }

  private func server(_ text: inout PrometheusText) {
    let requests = metrics.requests.sorted {
      ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
    }
    text.counter(
      "aktenspur_http_requests_total", "Requests answered.",
      requests.map { ([("path", $0.key.route), ("method", $0.key.method), ("status", "\($0.key.status)")], $0.value) })
    text.counter(
      "aktenspur_refusals_total", "Requests, and lines of streams, that were refused, by the type of the problem.",
      metrics.refusals.sorted { $0.key < $1.key }.map { ([("type", $0.key)], $0.value) })
    text.gauge("aktenspur_connections", "Open connections.", connections.open)
    text.counter(
      "aktenspur_connections_refused_total", "Connections that were one too many.", [([], metrics.refusedConnections)])
    text.gauge("aktenspur_as_of_builds", "Past states that are being built or wait for it.", builds.running)
  }

  private func log(_ ledger: Ledger, _ text: inout PrometheusText) throws {
    let (log, status) = (ledger.log.metrics, try ledger.log.status())
    text.histogram(
      "aktenspur_append_seconds", "From handing events over until they are durable or refused.", log.append.state,
      unit: 1e9)
    text.histogram("aktenspur_sync_seconds", "How long fdatasync took.", log.sync.state, unit: 1e9)
    text.histogram("aktenspur_group_records", "Records that became durable with one sync.", log.group.state)
    text.gauge("aktenspur_queue_events", "Events that wait for their place.", status.waitingEvents)
    text.gauge("aktenspur_queue_bytes", "About how much memory they take.", status.waitingBytes)
    text.gauge("aktenspur_log_records", "Durable records.", status.records)
    text.gauge("aktenspur_log_bytes", "Size of all segments.", status.bytes)
    text.gauge("aktenspur_log_segments", "Segments.", status.segments)
    text.gauge("aktenspur_log_free_bytes", "Free on the file system of the log.", status.freeBytes)
    text.gauge("aktenspur_projection_lag_records", "Durable records that projections lack.", ledger.projectionLag)
    text.gauge("aktenspur_checkpoint_records", "Records under the newest checkpoint.", status.checkpointSize)
    text.gauge("aktenspur_checkpoint_timestamp_seconds", "When it was signed.", status.checkpointTime)
    if let anchor = try ledger.lastAnchor() {
      text.gauge(
        "aktenspur_anchor_timestamp_seconds", "When somebody outside last confirmed the log.",
        Double(anchor.microseconds) / 1e6)
    }
  }

  /// As other programs name them (Prometheus, "Writing client libraries", standard process metrics).
  private func process(_ text: inout PrometheusText) throws {
    text.gauge("process_start_time_seconds", "When the daemon was started.", metrics.startTime)
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    if pages.count > 1, let resident = UInt64(pages[1]) {
      text.gauge("process_resident_memory_bytes", "Resident memory.", resident * UInt64(sysconf(Int32(_SC_PAGESIZE))))
    }
    text.gauge(
      "process_open_fds", "Open files.", try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count)
  }
}
