import Glibc
import Synchronization

/// Threads that carry out jobs in the order in which they are handed in.
///
/// Waiting for a job is meant to block: verification is a program that reads files and computes, and has no event loop.
final class Workers: Sendable {
  let count: Int
  private let jobs = JobQueue()
  private let threads: [pthread_t]

  /// One for each processor.
  static var available: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  init(count: Int) throws(VerifierError) {
    self.count = count
    var threads: [pthread_t] = []
    for _ in 0..<count {
      var thread = pthread_t()
      let queue = Unmanaged.passRetained(jobs)
      let code = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          let queue = Unmanaged<JobQueue>.fromOpaque(argument).takeRetainedValue()
          while let job = queue.next() { job() }
          return nil
        }, queue.toOpaque())
      guard code == 0 else {
        queue.release()
        jobs.close()
        for thread in threads { pthread_join(thread, nil) }
        throw .io(call: "pthread_create", path: "-", code: code)
      }
      threads.append(thread)
    }
    self.threads = threads
  }

  /// Jobs that have not begun are dropped; those at work are waited for.
  deinit {
    jobs.close()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Hands in a job.
  func submit<Value: Sendable>(
    _ body: @escaping @Sendable () throws(VerifierError) -> Value
  ) -> Job<Value> {
    let job = Job<Value>()
    jobs.append {
      do throws(VerifierError) {
        job.finish(.success(try body()))
      } catch {
        job.finish(.failure(error))
      }
    }
    return job
  }
}

/// Something that a worker does, and what comes of it.
final class Job<Value: Sendable>: Sendable {
  private let state = Mutex<Result<Value, VerifierError>?>(nil)
  private let done = Signal()

  fileprivate func finish(_ result: Result<Value, VerifierError>) {
    state.withLock { $0 = result }
    done.raise()
  }

  /// Waits until the job is done. May be called once only, by one thread.
  func wait() throws(VerifierError) -> Value {
    done.wait()
    let result = state.withLock { state in
      defer { state = nil }
      return state
    }
    guard let result else { preconditionFailure("a job's result is taken once") }
    return try result.get()
  }
}

/// A gate that opens once.
private final class Signal: @unchecked Sendable {
  // @unchecked: a semaphore is made to be shared between threads; it is not copied or moved.
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func raise() { sem_post(semaphore) }

  func wait() {
    while sem_wait(semaphore) != 0 {}
  }
}

private final class JobQueue: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  /// Counts the jobs that wait, and one for each thread that is to end.
  private let waiting = Signal()

  func append(_ job: @escaping @Sendable () -> Void) {
    state.withLock { $0.jobs.append(job) }
    waiting.raise()
  }

  /// The next job; nil when the queue is closed.
  func next() -> (@Sendable () -> Void)? {
    waiting.wait()
    return state.withLock { state in
      if state.isClosed {
        waiting.raise()
        return nil
      }
      return state.jobs.removeFirst()
    }
  }

  func close() {
    state.withLock { state in
      state.isClosed = true
      state.jobs = []
    }
    waiting.raise()
  }
}
