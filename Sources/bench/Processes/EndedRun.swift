import Foundation
import Synchronization

/// Takes the daemon along where the run is ended by a signal.
enum EndedRun {
  private static let daemon = Atomic<pid_t>(0)

  /// The daemon that runs now, or nil.
  static func takesAlong(_ process: pid_t?) {
    daemon.store(process ?? 0, ordering: .sequentiallyConsistent)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        let process = EndedRun.daemon.load(ordering: .sequentiallyConsistent)
        if process > 0 { kill(process, SIGTERM) }
        _exit(128 + number)
      }
    }
  }
}
