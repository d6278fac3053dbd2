import NIOCore

/// Runs the tasks of connections on the event loop that reads and writes them, so that a request does not change
/// threads on its way. What blocks must leave it: see ``Threads``, and sealing in `Ledger`.
final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) {
    self.loop = loop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
