public import LogFormat
public import TransparencyLog

/// A domain pack: the event types of one field of administration, the SQL that projects them, the figures and findings
/// drawn from them. Data, not code; only `pack.json` must be there.
public struct Pack: Sendable {
  /// The folder's name, of `a-z 0-9 -`.
  public let name: String
  public let title: String
  /// Every file of the folder, by its path inside.
  public let files: [String: [UInt8]]
  /// The files and their digests: lines `<64 hex>  <path>`, as `sha256sum -c` takes them.
  public let manifest: String
  /// The SHA-256 of the manifest: the version of the pack.
  public let digest: Digest
  /// In the order of `pack.json`.
  public let eventTypes: [EventType]
  public let projection: Projection
  /// Views of the projection that a reader draws up once for all its queries: what many of them rest on.
  public let materialized: [String]
  public let figures: [Figure]
  /// `notes.sql`.
  public let notes: [Note]
  public let findings: [Finding]
  /// `objections.sql`.
  public let objections: [Objection]
  /// `history.sql`.
  public let history: [HistoryQuery]
  public let holds: [Hold]
  /// `tables/*.csv`, by name.
  public let tables: [CSVTable]
  /// `berichte/<name>/`: name → path inside → content.
  public let reports: [String: [String: [UInt8]]]
  /// `formulare.json`, in its order.
  public let forms: [Form]
  /// `abbildungen/<name>.json`, by name.
  public let mappings: [ImportMapping]
  /// `examples.ndjson`.
  public let examples: [UInt8]?
  /// `expected.json`.
  public let expected: JSONDocument?

  /// Reads a pack from its files.
  public init(name: String, files: [String: [UInt8]]) throws(PackError) {
    guard !name.isEmpty, name.utf8.allSatisfy(Pack.isNameByte) else {
      throw PackError(pack: name, file: "", "a pack's folder is named with a-z, 0-9 and - only")
    }
    for path in files.keys {
      // `sha256sum` writes such names in another form, so that the manifest would not be one.
      guard !path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F || $0 == "\\" }) else {
        throw PackError(pack: name, file: path, "control characters and backslashes are not allowed in file names")
      }
    }
    guard let packJSON = files[PackDocument.file] else {
      throw PackError(pack: name, file: PackDocument.file, "is missing; every folder of packs needs one")
    }
    let document = try PackDocument(packJSON, pack: name)
    let reader = FileReader(pack: name, files: files)
    self.name = name
    self.files = files
    title = document.title
    eventTypes = document.eventTypes
    materialized = document.materialized
    projection = try reader.text(Projection.file) { text throws(TextError) in try Projection(text) } ?? .empty
    figures = try reader.text(Figure.file) { text throws(TextError) in try Figure.read(text) } ?? []
    notes = try reader.text(Note.file) { text throws(TextError) in try Note.read(text) } ?? []
    findings = try reader.text(Finding.file) { text throws(TextError) in try Finding.read(text) } ?? []
    objections = try reader.text(Objection.file) { text throws(TextError) in try Objection.read(text) } ?? []
    history = try reader.text(HistoryQuery.file) { text throws(TextError) in try HistoryQuery.read(text) } ?? []
    holds = try reader.text(Hold.file) { text throws(TextError) in try Hold.read(text) } ?? []
    tables = try reader.tables()
    reports = try reader.reports()
    forms = try reader.forms()
    mappings = try reader.mappings()
    expected = try reader.json("expected.json")
    examples = files["examples.ndjson"]
    manifest = Manifest.text(of: files)
    digest = SHA256.hash(manifest)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
    default: false
    }
  }
}

extension Projection {
  static let file = "projection.sql"
}

extension Figure {
  static let file = "figures.sql"
}

extension Note {
  static let file = "notes.sql"
}

extension Finding {
  static let file = "findings.sql"
}

extension Hold {
  static let file = "holds.sql"
}

/// Reads the optional files of one pack.
private struct FileReader {
  let pack: String
  let files: [String: [UInt8]]

  /// A text file in UTF-8; a byte order mark, which some editors write, is dropped.
  func text<Content>(
    _ path: String, _ read: ([UInt8]) throws(TextError) -> Content
  ) throws(PackError) -> Content? {
    guard var bytes = files[path] else { return nil }
    if let line = firstLineNotUTF8(bytes) {
      throw PackError(pack: pack, file: path, place: .line(line), "not UTF-8")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    do throws(TextError) {
      return try read(bytes)
    } catch {
      throw PackError(pack: pack, file: path, place: .line(error.line), error.detail)
    }
  }

  /// No byte of a longer UTF-8 sequence is a line feed, so that each line can be looked at by itself.
  private func firstLineNotUTF8(_ bytes: [UInt8]) -> Int? {
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
  }

  func json(_ path: String) throws(PackError) -> JSONDocument? {
    guard let bytes = files[path] else { return nil }
    do throws(JSONError) {
      return try JSONDocument(bytes)
    } catch {
      throw PackError(pack: pack, file: path, place: .pointer(error.pointer), "\(error)")
    }
  }

  func tables() throws(PackError) -> [CSVTable] {
    var tables: [CSVTable] = []
    for path in paths(in: "tables/") where path.hasSuffix(".csv") && path.split(separator: "/").count == 2 {
      let name = String(path.dropFirst("tables/".count).dropLast(".csv".count))
      guard isTableName(name) else {
        throw PackError(pack: pack, file: path, "a table's name is of letters, digits and _, and begins with no digit")
      }
      let table = try text(path) { text throws(TextError) in try CSVTable(name: name, text) }
      if let table { tables.append(table) }
    }
    return tables
  }

  func reports() throws(PackError) -> [String: [String: [UInt8]]] {
    var reports: [String: [String: [UInt8]]] = [:]
    for path in paths(in: "berichte/") {
      let parts = path.split(separator: "/", maxSplits: 2)
      guard parts.count == 3 else {
        throw PackError(pack: pack, file: path, "expected a folder for each report: berichte/<name>/…")
      }
      reports[String(parts[1]), default: [:]][String(parts[2])] = files[path]
    }
    return reports
  }

  func forms() throws(PackError) -> [Form] {
    guard let document = try json(Form.file) else { return [] }
    do throws(SchemaError) {
      return try Form.read(document.root)
    } catch {
      throw PackError(pack: pack, file: Form.file, place: .pointer(error.pointer), error.detail)
    }
  }

  func mappings() throws(PackError) -> [ImportMapping] {
    var mappings: [ImportMapping] = []
    for path in paths(in: ImportMapping.folder) {
      let name = path.dropFirst(ImportMapping.folder.count)
      guard name.hasSuffix(".json"), !name.contains("/") else {
        throw PackError(pack: pack, file: path, "expected a file for each mapping: abbildungen/<name>.json")
      }
      do throws(ImportMappingError) {
        mappings.append(try ImportMapping(name: String(name.dropLast(".json".count)), json: files[path] ?? []))
      } catch {
        throw PackError(pack: pack, file: path, place: .pointer(error.pointer), error.detail)
      }
    }
    return mappings
  }

  private func paths(in folder: String) -> [String] {
    files.keys.filter { $0.hasPrefix(folder) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func isTableName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }
}
