/// Has the workers scan the log ahead of the auditor, chunk by chunk, and hands over those that are sound.
struct ChunkScout {
  private let workers: Workers
  private let scanner: ChunkScanner
  private var chunks: LogChunks
  /// Scans handed in, in the order of the log; those before `first` are done with.
  private var scans: [Job<ChunkScan>] = []
  private var first = 0
  /// The next chunk in which a line begins, and whether the log goes on at all.
  private var current: ChunkScan?
  private var isStarted = false

  init(workers: Workers, scanner: ChunkScanner, chunks: LogChunks) {
    self.workers = workers
    self.scanner = scanner
    self.chunks = chunks
  }

  /// The chunk whose first line is the one at an offset of the log, if it is sound and the record behind it vouches for
  /// its last one. The offsets asked for must not decrease.
  mutating func soundChunk(at offset: UInt64) throws(VerifierError) -> ChunkScan? {
    if !isStarted {
      isStarted = true
      current = try next()
    }
    while let chunk = current, let start = chunk.start, start <= offset {
      current = try next()
      if start == offset {
        return chunk.isSound && current?.previousHash == chunk.lastLeaf ? chunk : nil
      }
    }
    return nil
  }

  /// The next chunk in which a line begins.
  private mutating func next() throws(VerifierError) -> ChunkScan? {
    while true {
      while scans.count - first < 2 * workers.count + 2, let chunk = chunks.next() {
        let scanner = scanner
        scans.append(workers.submit { () throws(VerifierError) in try scanner.scan(chunk) })
      }
      guard first < scans.count else { return nil }
      let scan = try scans[first].wait()
      first += 1
      if first == 64 {
        scans.removeFirst(first)
        first = 0
      }
      if scan.start != nil { return scan }
    }
  }
}
