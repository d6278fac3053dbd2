import Glibc

/// Files that are mapped into memory: the head of the log in `run/`, and what SQLite shares between processes in `cache/`.
///
/// Where such a file is cut short by somebody else, or its disk fails, the next access is a SIGBUS (mmap(2), "SIGBUS") and
/// what stood there is gone from this process. All of them are derived, so it says so and ends; the next start makes them
/// anew.
enum ShortenedFile {
  /// Exit status 74 with a message, instead of a crash.
  static func endsTheProgram() {
    var action = sigaction()
    // Only what signal-safety(7) allows.
    action.__sigaction_handler.sa_handler = { _ in
      let text: StaticString = """
        a file that is mapped into memory became shorter, or its disk failed (SIGBUS): run/durable or cache/*.sqlite-shm. \
        Nothing acknowledged is lost. Start again: the file is made anew; then run 'doctor' and find out who touched it

        """
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      _exit(74)
    }
    sigaction(SIGBUS, &action, nil)
  }
}
