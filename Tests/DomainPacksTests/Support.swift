import LogFormat

@testable import DomainPacks

/// The schema in `text`, compiled as the root of an event's data.
func compile(_ text: String) throws -> Schema {
  try SchemaCompiler.compile(try JSONDocument(text).root, at: "").schema
}

/// Whether the JSON in `document` fits the schema in `schema`.
func fits(_ document: String, _ schema: String) throws -> Bool {
  try compile(schema).accepts(try JSONDocument(document).root)
}

/// Pointer and detail of the first violation, `pointer: detail`; nil where the document fits.
func violation(of document: String, by schema: String) throws -> String? {
  try compile(schema).violation(of: try JSONDocument(document).root).map { "\($0.pointer): \($0.detail().en)" }
}

/// The error that loading the schema gives, `pointer: detail`; nil where it loads.
func loadError(of schema: String) throws -> String? {
  let json = try JSONDocument(schema).root
  do throws(SchemaError) {
    _ = try SchemaCompiler.compile(json, at: "")
    return nil
  } catch {
    return "\(error.pointer): \(error.detail)"
  }
}

/// A pack of these files, each given as text.
func pack(_ name: String, _ files: [String: String]) throws(PackError) -> Pack {
  try Pack(name: name, files: files.mapValues { Array($0.utf8) })
}

func pack(_ files: [String: String]) throws(PackError) -> Pack {
  try pack("probe", files)
}

/// A set of packs, each of these files given as text.
func packSet(_ packs: [String: [String: String]]) throws(PackError) -> PackSet {
  try PackSet(files: packs.mapValues { $0.mapValues { Array($0.utf8) } })
}

/// An event type `t` on subjects `s/{id}` whose data is as the schema says.
func eventType(data schema: String) throws -> EventType {
  let pack = try pack(["pack.json": #"{"subject":"s/{id}","events":{"t":{"data":\#(schema)}}}"#])
  return pack.eventTypes[0]
}

/// An event with this JSON as data; nil for none.
func event(_ type: String, on subject: String, data: String?) throws -> Event {
  Event(
    id: "1", source: "urn:probe", type: type, subject: subject,
    payload: try data.map { .json(try JSONDocument($0).root) } ?? .none)
}

/// What checking the event says, `pointer: detail`; nil where it is accepted.
func refusal(_ event: Event, by packs: PackSet) -> String? {
  do throws(EventRefusal) {
    _ = try packs.check(event)
    return nil
  } catch {
    return error.description
  }
}

/// The text of the error that `body` throws; nil where it throws none.
func errorText<Result>(_ body: () throws(PackError) -> Result) -> String? {
  do throws(PackError) {
    _ = try body()
    return nil
  } catch {
    return error.description
  }
}
