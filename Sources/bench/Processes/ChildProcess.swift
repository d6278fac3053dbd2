import Foundation

/// A program that was started, until it has been waited for.
final class ChildProcess {
  let identifier: pid_t
  private var isRunning = true

  /// - Parameter output: the file its standard output goes to.
  /// - Parameter errors: the file its standard error goes to.
  init(_ program: String, _ arguments: [String], output: String, errors: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    ChildProcess.keepFiles()
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var child = pid_t()
    let code = posix_spawn(&child, program, &actions, nil, words, environ)
    guard code == 0 else { throw BenchError("\(program): \(String(cString: strerror(code)))") }
    identifier = child
  }

  /// Lets no file that we have open pass on: a daemon that outlives us must not hold a lock that we were started under.
  private static func keepFiles() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for file in names.compactMap({ Int32($0) }) where file > 2 { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
  }

  var status: ProcessStatus { ProcessStatus(process: identifier) }

  /// Whether it has ended by itself.
  var hasEnded: Bool {
    if isRunning, waitpid(identifier, nil, WNOHANG) == identifier { isRunning = false }
    return !isRunning
  }

  func terminate() {
    if isRunning { kill(identifier, SIGTERM) }
  }

  /// Waits for its end.
  ///
  /// - Returns: its exit status (negative for a signal) and its processor time in seconds.
  func wait() throws -> (status: Int32, processorSeconds: Double) {
    guard isRunning else { throw BenchError("the process \(identifier) has ended before") }
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(identifier, &status, 0, &usage) == identifier else { throw BenchError.system("wait4") }
    isRunning = false
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    let signal = status & 0x7F
    return (signal == 0 ? status >> 8 & 0xFF : -signal, seconds(usage.ru_utime) + seconds(usage.ru_stime))
  }
}
