import Glibc
import LogFormat
import TransparencyLog

/// The root of the RFC 4998 hash tree over records, their documents and a checkpoint, in bounded memory.
///
/// The leaves are the SHA-256 digests of the data objects in ascending order, each once; an inner node is the SHA-256 of
/// its two children, in ascending order; the tree is filled from the left, and a last node without a neighbour goes up as
/// it is. Sorted leaves can be taken one after the other, so that only the right edge of the tree is kept.
struct EvidenceRoot {
  private let workers: Workers
  private var sorter: KeySorter

  init(workers: Workers, sorting: KeySorter.Limits) {
    self.workers = workers
    sorter = KeySorter(limits: sorting)
  }

  /// Adds a text as one data object.
  mutating func add(_ text: String) throws(VerifierError) {
    try sorter.append(SortKey(SHA256.hash(text)))
  }

  /// Adds each line, without its line feed, of a part of the log, and each document that these records name.
  mutating func add(linesOf range: Range<UInt64>, extent: LogExtent, chunkSize: UInt64) throws(VerifierError) {
    let buffers = ChunkBuffers(chunkSize: Int(chunkSize))
    var chunks = LogChunks(extent, chunkSize: chunkSize)
    var jobs: [Job<[SortKey]>] = []
    var isAtEnd = false
    while !isAtEnd || !jobs.isEmpty {
      while !isAtEnd, jobs.count < 2 * workers.count {
        guard let chunk = chunks.next(), chunk.segmentOffset + chunk.range.lowerBound < range.upperBound else {
          isAtEnd = true
          break
        }
        guard chunk.segmentOffset + chunk.range.upperBound > range.lowerBound else { continue }
        jobs.append(
          workers.submit { () throws(VerifierError) in
            let buffer = buffers.take()
            defer { buffers.giveBack(buffer) }
            return try EvidenceRoot.leaves(of: chunk, within: range, buffer)
          })
      }
      guard !jobs.isEmpty else { break }
      try sorter.append(try jobs.removeFirst().wait())
    }
  }

  private static func leaves(
    of chunk: LogChunk, within range: Range<UInt64>, _ buffer: ChunkBuffer
  ) throws(VerifierError) -> [SortKey] {
    guard var line = try buffer.load(chunk) else { return [] }
    var leaves: [SortKey] = []
    while case let offset = buffer.offset(of: line), offset < chunk.range.upperBound,
      let end = try buffer.lineEnd(from: line)
    {
      if range.contains(chunk.segmentOffset + offset) {
        let bytes = UnsafeRawBufferPointer(start: line, count: end - line)
        leaves.append(SortKey(SHA256.hash(bytes)))
        let isAudited =
          RecordScan(line, names: buffer.names).map { AuditedRecord.isType(UnsafeRawBufferPointer($0.type)) } ?? true
        if isAudited, let record = try? Record(line: Array(bytes)) {
          leaves += NamedDocument.named(by: record, at: chunk.place(at: offset)).map { SortKey($0.digest) }
        }
      }
      line = end + 1
    }
    return leaves
  }

  /// The root. Nothing more can be added.
  mutating func root() throws(VerifierError) -> Digest {
    let keys = sorter.finish()
    var leaves = keys.part(0, of: 1)
    var last: SortKey?
    var edge: [Digest] = []
    var count: UInt64 = 0
    while let leaf = try leaves.next() {
      if leaf == last { continue }
      last = leaf
      var node = leaf.digest
      var carry = count
      while carry & 1 == 1 {
        node = EvidenceRoot.parent(edge.removeLast(), node)
        carry >>= 1
      }
      edge.append(node)
      count += 1
    }
    guard var root = edge.popLast() else { return SHA256.hash([]) }
    while let left = edge.popLast() { root = EvidenceRoot.parent(left, root) }
    return root
  }

  private static func parent(_ left: Digest, _ right: Digest) -> Digest {
    var hasher = SHA256Hasher()
    for node in [min(left, right), max(left, right)] { node.withUnsafeBytes { hasher.update($0) } }
    return hasher.finalize()
  }
}
