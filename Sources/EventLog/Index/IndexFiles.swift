import Foundation
import Synchronization

/// An index as its folder has it, for those who do not hold the ledger's lock.
struct IndexFiles: IndexContents {
  let manifest: IndexManifest
  let runs: [IndexRun]
  let names: NameTable

  /// - Returns: nil where there is none that can be used.
  init?(path: String) {
    // The daemon merges runs and removes the old ones; then its manifest names others.
    for _ in 0..<10 {
      guard let manifest = IndexManifest(in: path) else { return nil }
      do {
        let (runs, names) = try IndexFiles.open(manifest, in: path)
        (self.manifest, self.runs, self.names) = (manifest, runs, names)
        return
      } catch let error as SystemError where error.errno == ENOENT {
        continue
      } catch {
        return nil
      }
    }
    return nil
  }

  /// - Throws: ``IndexError``, ``SystemError``.
  private static func open(_ manifest: IndexManifest, in folder: String) throws -> ([IndexRun], NameTable) {
    var names = NameTable()
    let runs = try manifest.runs.map { description in
      let run = try IndexRun(description, in: folder)
      guard names.take(run.names) else { throw IndexError.damaged(path: run.path, detail: "its names do not go on") }
      return run
    }
    return (runs, names)
  }

  func inMemory<Output>(_ body: (borrowing IndexMemory) -> Output?) -> (found: Output?, runs: [IndexRun]) {
    (nil, runs)
  }

  func collectInMemory<Output>(
    _ body: (borrowing IndexMemory, inout [Output]) -> Void
  ) -> (found: [Output], runs: [IndexRun]) {
    ([], runs)
  }

  /// Look-ups, which may be some seconds behind the log.
  var reader: IndexReader { IndexReader(index: self) }

  /// From where the next opening reads the log.
  var start: UInt64 { manifest.start?.size ?? 0 }

  func number(of name: String) -> UInt32? { names.number(of: name) }
  func text(_ number: UInt32) -> String? { names.text(number) }
}

/// The index of a reader, opened when something is first looked up.
final class KeptIndexFiles: Sendable {
  private let path: String
  private let opened = Mutex<IndexFiles??>(nil)

  init(path: String) {
    self.path = path
  }

  /// Nil where there is none that can be used.
  var files: IndexFiles? {
    opened.withLock { opened in
      if let opened { return opened }
      let files = IndexFiles(path: path)
      opened = files
      return files
    }
  }
}

extension IndexMemory {
  /// Writes these entries as a run.
  ///
  /// - Parameters:
  ///   - from: the first record that has entries here.
  ///   - names: what is new since the run before.
  func write(to folder: String, from: UInt64, names: [IndexRunDescription.Name]) throws -> IndexRun {
    let writer = try IndexRunWriter(
      folder: folder, from: from, below: coverage.size, ids: ids.entries.count, subjects: subjects.entries.count,
      names: names)
    for entry in ids.entries.sorted(by: { $0.key < $1.key }) { try writer.add(entry) }
    for subject in subjects.entries.sorted(by: { $0.key < $1.key }) { try writer.add(subject.entry) }
    for event in events.map(\.entry).sorted(by: { $0.key < $1.key }) { try writer.add(event) }
    for place in places { try writer.add(place) }
    return try IndexRun(writer.finish(), in: folder)
  }
}
