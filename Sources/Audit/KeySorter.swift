/// Sorts any number of keys in bounded memory: in sorted runs, of which those that do not fit are written to a temporary
/// file, and which are merged at the end.
///
/// A sixth of the memory is the run being filled, one is sorted and written by the workers, three are kept, and one is for
/// reading runs back: that is enough for 4,096 of them, with 192 MiB 4 · 10⁹ keys, and beyond that 8 KiB more for a run.
struct KeySorter {
  struct Limits: Sendable {
    /// In bytes.
    var memory = 192 << 20
    var temporaryDirectory: String
  }

  private static let shares = 6
  private static let keptRuns = 3

  private let workers: Workers
  private let limits: Limits
  private let runCapacity: Int
  private var filling: KeyBuffer
  private var file: TemporaryFile?
  private var writtenKeys = 0
  private var runs: [SortedRun] = []
  /// The run that is being sorted.
  private var sorting: Job<SortedRun>?
  private var startedRuns = 0

  init(workers: Workers, limits: Limits) {
    self.workers = workers
    self.limits = limits
    runCapacity = max(16, limits.memory / KeySorter.shares / MemoryLayout<SortKey>.stride)
    filling = KeyBuffer(capacity: runCapacity)
  }

  mutating func append(_ key: SortKey) throws(VerifierError) {
    if filling.count == runCapacity { try startSorting() }
    filling.append(key)
  }

  mutating func append(_ keys: [SortKey]) throws(VerifierError) {
    var rest = keys[...]
    while !rest.isEmpty {
      if filling.count == runCapacity { try startSorting() }
      let part = rest.prefix(runCapacity - filling.count)
      filling.append(part)
      rest = rest.dropFirst(part.count)
    }
  }

  /// All keys. The sorter is used up.
  mutating func finish() throws(VerifierError) -> SortedKeys {
    if filling.count > 0 { try startSorting(isLast: true) }
    if let sorting { runs.append(try sorting.wait()) }
    sorting = nil
    return SortedKeys(runs: runs, readingMemory: limits.memory / KeySorter.shares)
  }

  /// Hands the full run to a worker. Only one is with the workers at a time: sorting is quicker than filling.
  private mutating func startSorting(isLast: Bool = false) throws(VerifierError) {
    if let sorting { runs.append(try sorting.wait()) }
    let full = filling
    if startedRuns < KeySorter.keptRuns || isLast {
      sorting = workers.submit { () throws(VerifierError) in SortedRun(sorting: full) }
    } else {
      let file: TemporaryFile
      if let opened = self.file {
        file = opened
      } else {
        file = try TemporaryFile(in: limits.temporaryDirectory)
        self.file = file
      }
      let place = writtenKeys
      writtenKeys += full.count
      sorting = workers.submit { () throws(VerifierError) in
        try SortedRun(sorting: full).written(to: file, atKey: place)
      }
    }
    startedRuns += 1
    if !isLast { filling = KeyBuffer(capacity: runCapacity) }
  }
}

/// Memory for a run of keys.
final class KeyBuffer: @unchecked Sendable {
  // @unchecked: filled by one thread, then sorted by another, then only read; the jobs in between hand it on.
  fileprivate let storage: UnsafeMutableBufferPointer<SortKey>
  fileprivate(set) var count = 0

  fileprivate init(capacity: Int) {
    storage = .allocate(capacity: capacity)
  }

  deinit { storage.deallocate() }

  fileprivate func append(_ key: SortKey) {
    storage.initializeElement(at: count, to: key)
    count += 1
  }

  fileprivate func append(_ keys: ArraySlice<SortKey>) {
    _ = UnsafeMutableBufferPointer(rebasing: storage[count...]).initialize(fromContentsOf: keys)
    count += keys.count
  }

  fileprivate subscript(_ index: Int) -> SortKey { storage[index] }
}

/// Sorted keys in memory or in a file.
struct SortedRun: Sendable {
  fileprivate enum Storage {
    case memory(KeyBuffer)
    case file(TemporaryFile, firstKey: Int)
  }

  fileprivate let storage: Storage
  /// See `sortByBytes`.
  fileprivate let bounds: [Int]

  fileprivate init(sorting keys: KeyBuffer) {
    bounds = UnsafeMutableBufferPointer(rebasing: keys.storage[..<keys.count]).sortByBytes()
    storage = .memory(keys)
  }

  private init(_ storage: Storage, bounds: [Int]) {
    self.storage = storage
    self.bounds = bounds
  }

  fileprivate func written(to file: TemporaryFile, atKey place: Int) throws(VerifierError) -> SortedRun {
    guard case .memory(let keys) = storage else { return self }
    try file.write(
      UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: keys.storage[..<keys.count])),
      at: UInt64(place * MemoryLayout<SortKey>.stride))
    return SortedRun(.file(file, firstKey: place), bounds: bounds)
  }
}

/// The keys of a ``KeySorter``, to be read in order.
struct SortedKeys: Sendable {
  fileprivate let runs: [SortedRun]
  fileprivate let readingMemory: Int

  /// One of `count` parts of about the same length. Keys of the same first byte are always in the same part.
  func part(_ index: Int, of count: Int) -> KeyMerge {
    let bytes = (256 * index / count)..<(256 * (index + 1) / count)
    let fileRuns = runs.count { if case .file = $0.storage { true } else { false } }
    let keysAtOnce =
      max(4096, min(1 << 18, readingMemory / max(1, fileRuns * count))) / MemoryLayout<SortKey>.stride
    return KeyMerge(
      runs.map { RunCursor($0, $0.bounds[bytes.lowerBound]..<$0.bounds[bytes.upperBound], keysAtOnce: keysAtOnce) })
  }
}

/// Reads a part of a run.
private struct RunCursor {
  private let run: SortedRun
  /// The keys not read yet.
  private var rest: Range<Int>
  private let keysAtOnce: Int
  /// Of a run in a file, a piece of it.
  private var piece: [SortKey] = []
  private var place = 0

  init(_ run: SortedRun, _ range: Range<Int>, keysAtOnce: Int) {
    self.run = run
    self.rest = range
    self.keysAtOnce = keysAtOnce
  }

  mutating func next() throws(VerifierError) -> SortKey? {
    switch run.storage {
    case .memory(let keys):
      guard !rest.isEmpty else { return nil }
      defer { rest = rest.dropFirst() }
      return keys[rest.lowerBound]
    case .file(let file, let firstKey):
      if place == piece.count {
        guard !rest.isEmpty else { return nil }
        try refill(from: file, firstKey)
      }
      defer { place += 1 }
      return piece[place]
    }
  }

  private mutating func refill(from file: TemporaryFile, _ firstKey: Int) throws(VerifierError) {
    let part = rest.prefix(keysAtOnce)
    if piece.count != part.count {
      piece = [SortKey](repeating: SortKey(word0: 0, word1: 0, word2: 0, word3: 0), count: part.count)
    }
    // `withUnsafeMutableBytes` does not carry typed errors out, so the result is carried instead.
    let result = piece.withUnsafeMutableBytes { bytes -> Result<Void, VerifierError> in
      Result { () throws(VerifierError) in
        try file.read(bytes, at: UInt64((firstKey + part.lowerBound) * MemoryLayout<SortKey>.stride))
      }
    }
    try result.get()
    rest = rest.dropFirst(part.count)
    place = 0
  }
}

/// Reads sorted runs as one.
struct KeyMerge {
  /// The smallest key of each run that is not at its end, and the run's number: a heap with the smallest on top.
  private var heads: [(key: SortKey, run: Int)] = []
  private var cursors: [RunCursor]
  private var isStarted = false

  fileprivate init(_ cursors: [RunCursor]) {
    self.cursors = cursors
  }

  mutating func next() throws(VerifierError) -> SortKey? {
    if isStarted {
      guard let top = heads.first else { return nil }
      if let key = try cursors[top.run].next() {
        heads[0].key = key
      } else {
        heads.swapAt(0, heads.count - 1)
        heads.removeLast()
      }
      sink(0)
    } else {
      isStarted = true
      for run in cursors.indices {
        if let key = try cursors[run].next() { heads.append((key, run)) }
      }
      for place in (0..<heads.count / 2).reversed() { sink(place) }
    }
    return heads.first?.key
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {
      var child = 2 * place + 1
      guard child < heads.count else { return }
      if child + 1 < heads.count && heads[child + 1].key < heads[child].key { child += 1 }
      guard heads[child].key < heads[place].key else { return }
      heads.swapAt(place, child)
      place = child
    }
  }
}
