import Foundation

/// A daemon on a new ledger.
final class Daemon {
  let ledger: String
  let socket: String
  private let program: String
  private let packs: String
  private let folder: String
  /// Of its own below /tmp: the path of a socket must be short.
  let sockets: String
  private var process: ChildProcess?

  init(program: String, packs: String, folder: String) throws {
    self.program = program
    self.packs = packs
    self.folder = folder
    ledger = folder + "/ledger"
    sockets = "/tmp/aktenspur-bench-\(getpid())"
    socket = sockets + "/socket"
    try FileManager.default.createDirectory(atPath: sockets, withIntermediateDirectories: true)
    _ = try Command(program: program, folder: folder)
      .run(["init", "--ledger", ledger, "--origin", "bench.example/ledger"])
  }

  func remove() {
    try? stop()
    Folder.remove(sockets)
  }

  /// - Returns: seconds from starting the program until it says that it is ready.
  @discardableResult
  func start() throws -> Double {
    let log = folder + "/daemon.log"
    let start = MonotonicClock.seconds
    let process = try ChildProcess(
      program, ["serve", "--ledger", ledger, "--socket", socket, "--packs", packs], output: "/dev/null", errors: log)
    self.process = process
    EndedRun.takesAlong(process.identifier)
    while !isReady {
      guard !process.hasEnded else {
        throw BenchError("the daemon did not start: " + (try String(contentsOfFile: log, encoding: .utf8)))
      }
      usleep(500)
    }
    return MonotonicClock.seconds - start
  }

  private var isReady: Bool {
    do {
      let connection = try Connection(socket)
      try connection.get("/readyz")
      return try connection.head().status == 200
    } catch {
      // Not there yet.
      return false
    }
  }

  func stop() throws {
    guard let process else { return }
    self.process = nil
    process.terminate()
    let status = try process.wait().status
    EndedRun.takesAlong(nil)
    guard status == 0 else { throw BenchError("the daemon ended with status \(status)") }
  }

  func status() throws -> ProcessStatus {
    guard let process else { throw BenchError("the daemon does not run") }
    return process.status
  }

  /// Runs the body and says what the daemon took meanwhile.
  func measuring<Output>(_ body: () throws -> Output) throws -> (Output, Usage) {
    let status = try status()
    status.forgetPeak()
    let before = (
      processor: status.processorSeconds, own: Usage.ownProcessorSeconds, clock: MonotonicClock.seconds
    )
    let output = try body()
    return (
      output,
      Usage(
        processorSeconds: status.processorSeconds - before.processor, seconds: MonotonicClock.seconds - before.clock,
        peakBytes: status.peakBytes, generatorSeconds: Usage.ownProcessorSeconds - before.own)
    )
  }

  func metrics() throws -> Metrics {
    let connection = try Connection(socket)
    return try withExtendedLifetime(connection) { Metrics(try connection.ask("/metrics").text) }
  }

  /// Waits until the projections have all records.
  ///
  /// - Returns: how many they lacked at first, and how long it took in seconds.
  func catchUp() throws -> (lag: Int, seconds: Double) {
    let start = MonotonicClock.seconds
    let lag = Int(try metrics()["aktenspur_projection_lag_records"])
    while try metrics()["aktenspur_projection_lag_records"] > 0 { usleep(20_000) }
    return (lag, MonotonicClock.seconds - start)
  }

  /// Waits until what is written behind is written, so that it does not disturb what is measured next.
  func settle() throws {
    _ = try catchUp()
    let status = try status()
    let end = MonotonicClock.seconds + 10
    while MonotonicClock.seconds < end {
      let before = status.processorSeconds
      usleep(200_000)
      if status.processorSeconds - before < 0.02 { return }
    }
  }
}
