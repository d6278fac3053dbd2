import Testing

@testable import EventLog

/// Every entry of an index, to be altered and written again as if it had been so from the start.
struct IndexContentsUnderTest {
  var ids: [IDEntry] = []
  var subjects: [SubjectEntry] = []
  var events: [EventEntry] = []
  var places: [PlaceEntry] = []

  private init(_ files: IndexFiles) throws {
    ids = try Self.entries(IndexMerge(files.runs, \.ids))
    subjects = try Self.entries(IndexMerge(files.runs, \.subjects))
    events = try Self.entries(IndexMerge(files.runs, \.events))
    places = try Self.entries(IndexMerge(files.runs, \.places))
  }

  private static func entries<Entry: IndexEntry>(_ merge: IndexMerge<Entry>) throws -> [Entry] {
    var (merge, entries) = (merge, [Entry]())
    while let entry = try merge.next() { entries.append(entry) }
    return entries
  }

  static func change(_ ledger: TestLedger, _ body: (inout IndexContentsUnderTest) -> Void) throws {
    let files = try #require(IndexFiles(path: ledger.directory.index))
    var contents = try IndexContentsUnderTest(files)
    body(&contents)
    let writer = try IndexRunWriter(
      folder: ledger.directory.index, from: 0, below: files.manifest.covered, ids: contents.ids.count,
      subjects: contents.subjects.count, names: files.names.names(above: 0))
    for entry in contents.ids { try writer.add(entry) }
    for entry in contents.subjects { try writer.add(entry) }
    for entry in contents.events { try writer.add(entry) }
    for entry in contents.places { try writer.add(entry) }
    var manifest = files.manifest
    manifest.runs = [try writer.finish()]
    try manifest.write(to: ledger.directory.index)
  }
}
