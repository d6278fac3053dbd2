import NIOCore

/// Runs the tasks of connections on the event loop that reads and writes them, so that a request does not change
/// threads on its way. What blocks must leave it: see ``Threads``, and sealing in `Ledger`.
final class LoopExecutor: TaskExecutor {
  private let queue: LoopQueue<(job: UnownedJob, executor: UnownedTaskExecutor)>

  init(_ loop: any EventLoop) {
    queue = LoopQueue(loop) { $0.job.runSynchronously(on: $0.executor) }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    queue.give((UnownedJob(job), asUnownedTaskExecutor()))
  }
}
