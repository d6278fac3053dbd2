import EventLog
import Foundation
import LogFormat
import TimeStamps

/// What a time stamp was asked for: noted so that its answer, which holds only a hash, finds its place again.
///
/// Derived (`cache/zeitstempel/<hash>.json`): without the note the place is tried out, or named by the user.
struct AnchorPending: Sendable, Hashable {
  var size: UInt64
  var from: UInt64
  var renews: UInt64?

  private static func path(_ imprint: Imprint, _ directory: LedgerDirectory) -> String {
    directory.cache + "/zeitstempel/" + imprint.hex + ".json"
  }

  func note(for imprint: Imprint, in directory: LedgerDirectory) throws {
    let path = URL(filePath: AnchorPending.path(imprint, directory))
    try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
    let renewal = renews.map { #","erneuert":\#($0)"# } ?? ""
    try Data(#"{"size":\#(size),"von":\#(from)\#(renewal)}"#.utf8).write(to: path, options: .atomic)
  }

  /// What was asked with that hash; nil where nothing is known of it.
  init?(of imprint: Imprint, in directory: LedgerDirectory) {
    func number(_ value: JSONValue?) -> UInt64? { value?.integer.flatMap { UInt64(exactly: $0) } }
    guard let bytes = FileManager.default.contents(atPath: AnchorPending.path(imprint, directory)),
      let root = try? JSONDocument(Array(bytes)).root, let size = number(root["size"]), let from = number(root["von"])
    else { return nil }
    self.init(size: size, from: from, renews: number(root["erneuert"]))
  }

  init(size: UInt64, from: UInt64, renews: UInt64? = nil) {
    self.size = size
    self.from = from
    self.renews = renews
  }
}
