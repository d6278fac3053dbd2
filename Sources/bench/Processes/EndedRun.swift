import Foundation
import Synchronization

/// Takes the daemon and the folders along where the run is ended by a signal.
enum EndedRun {
  private static let daemon = Atomic<pid_t>(0)
  /// Where the signal's number is written, for a thread that may do more than a signal handler.
  private static let signals = Atomic<Int32>(-1)

  /// The daemon that runs now, or nil.
  static func takesAlong(_ process: pid_t?) {
    daemon.store(process ?? 0, ordering: .sequentiallyConsistent)
  }

  /// From now on removes the folders at the end by a signal.
  static func removes(_ folders: [String]) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    signals.store(ends[1], ordering: .sequentiallyConsistent)
    let reading = ends[0]
    Thread {
      var number: UInt8 = 0
      guard read(reading, &number, 1) == 1 else { return }
      let process = EndedRun.daemon.load(ordering: .sequentiallyConsistent)
      if process > 0 {
        kill(process, SIGTERM)
        waitpid(process, nil, 0)
      }
      for folder in folders { Folder.remove(folder) }
      exit(128 + Int32(number))
    }.start()
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        var byte = UInt8(number)
        _ = write(EndedRun.signals.load(ordering: .sequentiallyConsistent), &byte, 1)
      }
    }
  }
}
