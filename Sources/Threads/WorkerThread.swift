import Foundation

/// Threads for work that blocks or lasts, beside those of the event loops and of Swift's tasks.
public enum WorkerThread {
  /// Starts a thread.
  ///
  /// - Parameters:
  ///   - name: what `top -H` and `perf` show; of a long one the first 15 bytes (pthread_setname_np(3)).
  ///   - niceness: how far it stands back behind threads that somebody waits for, 0 to 19 (setpriority(2)); of this thread
  ///     alone, and of those it starts.
  public static func start(_ name: String, niceness: CInt = 0, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread {
      // Set from outside, it would stay the name of the thread that started this one.
      Thread.current.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
      if niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
      body()
    }
    thread.start()
  }

  /// Lets threads that wait for this processor go first; for work that nobody waits for, some times in a millisecond. Where
  /// others want the processor all the time, little is left to it.
  ///
  /// Linux lets a thread run on until the next tick of its clock, 4 ms at 250 Hz, even where one of higher priority has
  /// been woken on the same processor in the meantime (sched(7); EEVDF, "run to parity"). The thread that has just been
  /// woken may be the sequencer, whose sync has ended, and with it all that wait for their answers. Where nobody waits,
  /// this costs half a microsecond.
  public static func stepAside() {
    sched_yield()
  }
}
