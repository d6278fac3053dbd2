import Foundation

/// What the packs' folders hold for projections.
enum PackSQL {
  private static func names(_ packs: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: packs).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The tables that packs bring along as CSV files.
  static func tables(_ packs: String) throws -> [String] {
    try names(packs).flatMap { pack in
      ((try? FileManager.default.contentsOfDirectory(atPath: "\(packs)/\(pack)/tables")) ?? [])
        .filter { $0.hasSuffix(".csv") }.map { String($0.dropLast(4)) }
    }
  }

  /// The tables of a report, in their order.
  static func tables(ofReport report: String, in packs: String) throws -> [String] {
    try names(packs).flatMap { pack in
      guard let text = try? String(contentsOfFile: "\(packs)/\(pack)/berichte/\(report)/tabellen.sql", encoding: .utf8)
      else { return [String]() }
      return text.split(separator: "\n").filter { $0.hasPrefix("-- table ") }
        .compactMap { $0.dropFirst("-- table ".count).split(separator: ":").first.map(String.init) }
    }
  }

  /// The sections `-- on <event type>` of all packs, in the order in which they run for one record.
  static func sections(_ packs: String) throws -> [(eventType: String, sql: String)] {
    let heading = "-- on "
    var sections: [(eventType: String, sql: String)] = []
    for pack in try names(packs) {
      guard let text = try? String(contentsOfFile: "\(packs)/\(pack)/projection.sql", encoding: .utf8) else { continue }
      let first = sections.count
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasPrefix(heading) {
          sections.append((line.dropFirst(heading.count).trimmingCharacters(in: .whitespaces), ""))
        } else if sections.count > first {
          sections[sections.count - 1].sql += line + "\n"
        }
      }
    }
    return sections
  }
}
