import Foundation

@testable import Xdomea

/// The official schemas, which lie beside the package and are read where they lie: `../shared/samples/xdomea`.
enum Schemas {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/samples/xdomea").standardizedFileURL

  static let arePresent = FileManager.default.fileExists(atPath: folder.path())
  static let absence: String = "the schemas are not beside the package (../shared/samples/xdomea)"

  /// What `xmllint` has against a message; nil where it is valid.
  ///
  /// The schemas of 4.0.0 name others by their addresses; a catalog leads to the files beside them, and nothing is fetched.
  static func objection(to xml: Data, _ version: SchemaVersion) throws -> String? {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "xdomea-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let schemas = folder.appending(path: "xsd-\(version.rawValue)")
    let message = scratch.appending(path: "message.xml")
    let catalog = scratch.appending(path: "catalog.xml")
    try xml.write(to: message)
    let named = [
      "http://xoev.de/schemata/basisnachricht/unqualified/g2g/1_1/xoev-basisnachricht-unqualified-g2g_1.1.xsd",
      "http://xoev.de/schemata/code/1_0/xoev-code.xsd",
      "https://xoev.de/schemata/din/91379/2022-08/din-norm-91379-datatypes.xsd",
    ]
    let entries = named.compactMap(URL.init(string:)).map { address in
      let file = schemas.appending(path: address.lastPathComponent)
      return #"<uri name="\#(address)" uri="\#(file)"/><system systemId="\#(address)" uri="\#(file)"/>"#
    }
    try Data(#"<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">\#(entries.joined())</catalog>"#.utf8)
      .write(to: catalog)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "xmllint", "--nonet", "--noout", "--schema",
      schemas.appending(path: "xdomea-Nachrichten-AussonderungDurchfuehren.xsd").path(), message.path(),
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["XML_CATALOG_FILES": catalog.path()]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? nil : text
  }
}
