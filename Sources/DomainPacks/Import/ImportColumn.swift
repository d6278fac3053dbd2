import LogFormat

/// A column of an imported table, and what its cells stand for.
struct ImportColumn: Sendable {
  enum Format: String, Sendable, CaseIterable {
    /// As it stands, without white space around it.
    case text
    /// A whole number; points may stand between thousands.
    case integer
    /// Euros to cents: `1.234,56 €`, `1234,5`, `1234.56`, `1234`.
    case euro
    /// `YYYY-MM-DD` or `TT.MM.JJJJ`, to the former.
    case date
    /// RFC 3339 with offset, or a day as `date`.
    case time
    /// Milliseconds since 1970-01-01T00:00:00Z, to RFC 3339.
    case milliseconds
    /// `ja`, `nein`, `j`, `n`, `wahr`, `falsch`, `true`, `false`, `x`, `1`, `0`.
    case boolean
    /// Texts with `;` or `|` between them, to an array.
    case list
    /// A key of another system as a part of a subject, such as `workspace://SpacesStore/4711;1.0`: each byte that a
    /// subject does not take becomes `_` and two hexadecimal digits, and so does a `_` before two such digits.
    case identifier
    /// JSON, taken over as it is.
    case json
  }

  let name: String
  /// In normal form; of JSON rows as written.
  let names: [String]
  let isRequired: Bool
  let format: Format
  /// Text in normal form → JSON text.
  let values: [(text: String, json: String)]
  let prefix: String

  init(_ name: String, _ json: JSONValue, at pointer: String) throws(SchemaError) {
    let members = try ObjectMembers(
      json, at: pointer, what: "column", allowed: ["names", "required", "format", "values", "prefix"])
    self.name = name
    let names = try members.strings("names")
    self.names = names.contains(name) ? names : names + [name]
    isRequired = try members.bool("required")
    format = try members.choice("format", of: Format.self) ?? .text
    prefix = try members.string("prefix") ?? ""
    var values: [(text: String, json: String)] = []
    if let json = json["values"] {
      for member in try ObjectMembers(json, at: members.pointer(to: "values"), what: "values").all {
        values.append((ImportColumn.normal(member.name), String(decoding: member.value.text, as: UTF8.self)))
      }
    }
    self.values = values
  }

  /// Names of columns, and texts of values, are compared without letter case, spaces, `-`, `_` and punctuation.
  static func normal(_ text: String) -> String {
    let kept = text.lowercased().unicodeScalars.filter {
      $0.properties.isAlphabetic || $0.properties.numericType != nil
    }
    return kept.isEmpty ? text : String(String.UnicodeScalarView(kept))
  }

  /// What a cell stands for, as JSON text; nil where it is empty.
  ///
  /// - Throws: what was expected.
  func json(_ cell: ImportCell) throws(BilingualText) -> String? {
    if format == .json, let value = cell.json { return String(decoding: value.text, as: UTF8.self) }
    if case .list = format, let value = cell.json, value.kind == .array {
      return String(decoding: value.text, as: UTF8.self)
    }
    guard var text = cell.text?.trimmingSpace, !text.isEmpty else {
      guard cell.json == nil || cell.json?.kind == .null || cell.text != nil else {
        throw expected(
          "a text or a number", "einen Text oder eine Zahl", String(decoding: cell.json?.text ?? [], as: UTF8.self))
      }
      return nil
    }
    if !prefix.isEmpty, text.hasPrefix(prefix) { text = text.dropFirst(prefix.count) }
    let plain = String(text)
    if !values.isEmpty {
      let wanted = ImportColumn.normal(plain)
      if let value = values.first(where: { $0.text == wanted }) { return value.json }
      // A value as the event has it may stand in the file too.
      if let value = values.first(where: { $0.json == JSONText.string(plain) }) { return value.json }
      let known = values.map(\.text).joined(separator: ", ")
      throw expected("one of \(known)", "eines von \(known)", plain)
    }
    return try convert(plain)
  }

  private static func identifier(_ text: String) -> String {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) }
    let bytes = Array(text.utf8)
    var result = ""
    for (place, byte) in bytes.enumerated() {
      let looksEscaped =
        byte == UInt8(ascii: "_") && place + 2 < bytes.count && isDigit(bytes[place + 1]) && isDigit(bytes[place + 2])
      if SubjectPattern.isNameByte(byte), !looksEscaped {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += "_" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }

  private func convert(_ text: String) throws(BilingualText) -> String {
    switch format {
    case .text: return JSONText.string(text)
    case .integer:
      guard let number = Numeral.integer(text) else { throw expected("a whole number", "eine ganze Zahl", text) }
      return String(number)
    case .euro:
      guard let cents = Numeral.cents(text) else {
        throw expected("an amount in euros such as 1.234,56", "einen Betrag in Euro wie 1.234,56", text)
      }
      return String(cents)
    case .date:
      guard let day = Numeral.day(text) else {
        throw expected("a day YYYY-MM-DD or TT.MM.JJJJ", "einen Tag TT.MM.JJJJ oder JJJJ-MM-TT", text)
      }
      return JSONText.string(day)
    case .time:
      if Timestamp(text) != nil { return JSONText.string(text) }
      guard let day = Numeral.day(text) else {
        throw expected(
          "a time with offset (RFC 3339) or a day", "einen Zeitpunkt mit Zeitzone (RFC 3339) oder einen Tag", text)
      }
      return JSONText.string(day)
    case .milliseconds:
      guard let number = Int64(text), number.magnitude < 1 << 53 else {
        throw expected("milliseconds since 1970", "Millisekunden seit 1970", text)
      }
      return JSONText.string(Timestamp(microseconds: number * 1000).text)
    case .boolean:
      switch text.lowercased() {
      case "ja", "j", "wahr", "true", "x", "1": return "true"
      case "nein", "n", "falsch", "false", "0": return "false"
      default: throw expected("ja or nein", "ja oder nein", text)
      }
    case .identifier: return JSONText.string(ImportColumn.identifier(text))
    case .list:
      let items = text.split { $0 == ";" || $0 == "|" }.map { $0.trimmingSpace }.filter { !$0.isEmpty }
      return "[" + items.map { JSONText.string(String($0)) }.joined(separator: ",") + "]"
    case .json:
      do throws(JSONError) {
        return String(decoding: try JSONDocument(text).bytes, as: UTF8.self)
      } catch {
        throw expected("JSON", "JSON", text)
      }
    }
  }

  private func expected(_ en: String, _ de: String, _ found: String) -> BilingualText {
    let excerpt = JSONText.string(found.count > 60 ? found.prefix(60) + "…" : found)
    return BilingualText(en: "expected \(en), found \(excerpt)", de: "erwartet \(de), gefunden \(excerpt)")
  }
}

/// Numbers and days as people write them in tables.
enum Numeral {
  static func integer(_ text: String) -> Int64? {
    guard let plain = withoutGroups(text) else { return nil }
    return Int64(plain)
  }

  static func cents(_ text: String) -> Int64? {
    var text = text.filter { !$0.isWhitespace }
    for sign in ["€", "EUR"] where text.hasSuffix(sign) { text.removeLast(sign.count) }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let whole: String
    var fraction = ""
    if parts.count == 2 {
      guard let plain = withoutGroups(String(parts[0])) else { return nil }
      (whole, fraction) = (plain, String(parts[1]))
      guard !fraction.isEmpty else { return nil }
    } else if let plain = withoutGroups(text) {
      whole = plain
    } else {
      // A decimal point, where it cannot be one between thousands.
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, (1...2).contains(parts[1].count), let plain = withoutGroups(String(parts[0])) else {
        return nil
      }
      (whole, fraction) = (plain, String(parts[1]))
    }
    guard fraction.count <= 2, fraction.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    fraction += String(repeating: "0", count: 2 - fraction.count)
    return Int64(whole + fraction)
  }

  static func day(_ text: String) -> String? {
    if CivilDate.isDate(text) { return text }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].count == 4, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      (1...2).contains(parts[0].count), (1...2).contains(parts[1].count)
    else { return nil }
    func padded(_ part: Substring) -> String { part.count == 1 ? "0" + part : String(part) }
    let day = "\(parts[2])-\(padded(parts[1]))-\(padded(parts[0]))"
    return CivilDate.isDate(day) ? day : nil
  }

  /// Digits with an optional minus; points stand between groups of three or not at all.
  private static func withoutGroups(_ text: String) -> String? {
    let isNegative = text.hasPrefix("-")
    let groups = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
    guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }) else { return nil }
    if groups.count > 1 {
      guard groups[0].count <= 3, groups.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
    }
    return (isNegative ? "-" : "") + groups.joined()
  }
}
