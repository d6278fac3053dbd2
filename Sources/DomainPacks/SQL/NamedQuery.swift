/// A section with a name, a title and one SELECT.
struct NamedQuery {
  var name: String
  /// What stands behind `with` in the heading, where that is allowed.
  var properties: [String] = []
  var title: String
  var sql: String
  var line: Int

  static func read(
    _ bytes: [UInt8], keyword: String, form: String, hasProperties: Bool = false
  ) throws(TextError) -> [NamedQuery] {
    let file = try SQLSections(bytes, keyword: keyword)
    if let statement = file.preamble.first {
      throw TextError(statement.line, "expected \"-- \(keyword) \(form)\" before the first statement")
    }
    var queries: [NamedQuery] = []
    for section in file.sections {
      let parts = section.heading.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let words = hasProperties ? parts[0].split(separator: " with ", maxSplits: 1) : [parts[0]]
      let name = (words.first ?? "").trimmingSpace
      let properties = words.dropFirst().joined().split(separator: ",").map { String($0.trimmingSpace) }
      let title = parts.count == 2 ? parts[1].trimmingSpace : ""
      guard !name.isEmpty, !title.isEmpty,
        ([String(name)] + properties).allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) })
      else {
        throw TextError(
          section.line, "expected \"-- \(keyword) \(form)\", found \"-- \(keyword) \(section.heading)\"")
      }
      guard let statement = section.statements.first, section.statements.count == 1 else {
        throw TextError(
          section.line, "expected one SELECT for \(keyword) \(name), found \(section.statements.count) statements")
      }
      guard let first = statement.head.first, ["SELECT", "WITH", "VALUES"].contains(where: first.isKeyword) else {
        throw TextError(statement.line, "expected a SELECT for \(keyword) \(name)")
      }
      queries.append(
        NamedQuery(
          name: String(name), properties: properties, title: String(title), sql: statement.sql, line: section.line))
    }
    return queries
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
