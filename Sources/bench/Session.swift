import Foundation

/// One run: the daemon on its ledger, what was sent to it, and what has been found out.
final class Session {
  let size: RunSize
  let folder: Folder
  let packs: String
  let daemon: Daemon
  let command: Command
  private let start = MonotonicClock.seconds
  var sent = SentEvents()
  var report = Report()

  init(program: String, packs: String, directory: String, size: RunSize) throws {
    self.size = size
    self.packs = packs
    folder = try Folder(in: directory)
    command = Command(program: program, folder: folder.path)
    do {
      daemon = try Daemon(program: program, packs: packs, folder: folder.path)
    } catch {
      folder.remove()
      throw error
    }
    EndedRun.removes([folder.path, daemon.sockets])
  }

  func remove() {
    daemon.remove()
    folder.remove()
  }

  var log: LogFiles { LogFiles(ledger: daemon.ledger) }

  /// Records in the log.
  func records() throws -> Int { Int(try daemon.metrics()["aktenspur_log_records"]) }

  /// Says on standard error what is being done, and since when.
  func progress(_ text: String) {
    let seconds = String(format: "%7.1f s  ", MonotonicClock.seconds - start)
    FileHandle.standardError.write(Data((seconds + text + "\n").utf8))
  }

  /// An empty handler's answers to so many connections.
  func emptyHandler(connections: Int, seconds: Double) throws -> Measurement {
    try SingleLoad(socket: daemon.socket, connections: connections, seconds: seconds).run(.emptyHandler).measurement
  }
}
