import ArgumentParser
import Foundation
import NIOHTTP1
import TransparencyLog

struct DocumentsPut: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "File a content, durably, under its SHA-256.",
    discussion: """
      Prints the digest that events name it by. A content that is there is not sent again, and one that was interrupted is \
      gone on with where it stopped.
      """)

  @OptionGroup var socket: SocketOption
  @Argument(help: "The file.") var file: String
  @Option(help: "Its media type; without it told from the name's ending.") var mediaType: String?
  @Option(help: "The digest of the filed content that this file, a CMS or CAdES signature, signs.") var signs: String?
  @Option(help: "On whose behalf, where the caller may say so.") var authid: String?
  @Flag(help: "Print the daemon's answer.") var json = false

  private struct Answer: Decodable {
    var digest: String
    var size: UInt64
    var mediatype: String
    var sequence: Int
    var duplicate: Bool
    var unterschriften: [Signature]?
  }

  /// What was found out when the content was filed.
  private struct Signature: Decodable {
    var gueltig: Bool
    var umfasst_alles: Bool
    var zertifikat: String?
    var vertrauen: String
    var grund: String?
  }

  func run() async throws {
    let source = try ContentFile(file)
    let (digest, size) = try source.digest()
    let answer = try await DaemonClient.withConnection(to: try socket.path()) { client in
      let known = try await client.send(.head(Documents.path(of: digest)))
      let offset = known.headers["upload-offset"].flatMap { UInt64($0) } ?? 0
      return try await client.send(try request(source, digest, size, from: offset < size ? offset : 0))
    }
    guard answer.isSuccess else { throw answer.failure }
    if json { return Terminal.write(answer.body + [0x0A]) }
    let filed = try JSONDecoder().decode(Answer.self, from: Data(answer.body))
    Terminal.print(filed.digest)
    Terminal.error(
      filed.duplicate
        ? Language.text(
          en: "filed before, with record \(filed.sequence) (\(filed.size) bytes, \(filed.mediatype))",
          de: "schon abgelegt mit Datensatz \(filed.sequence) (\(filed.size) Bytes, \(filed.mediatype))")
        : Language.text(
          en: "filed with record \(filed.sequence) (\(filed.size) bytes, \(filed.mediatype))",
          de: "abgelegt mit Datensatz \(filed.sequence) (\(filed.size) Bytes, \(filed.mediatype))"))
    for signature in filed.unterschriften ?? [] { Terminal.error(DocumentsPut.text(signature)) }
  }

  private static func text(_ signature: Signature) -> String {
    let signer = signature.zertifikat ?? Language.text(en: "unknown", de: "unbekannt")
    var text =
      signature.gueltig
      ? Language.text(
        en: "signature by certificate \(signer) is sound", de: "Unterschrift mit Zertifikat \(signer) ist gültig")
      : Language.text(
        en: "signature by certificate \(signer) is NOT sound",
        de: "Unterschrift mit Zertifikat \(signer) ist NICHT gültig")
    switch signature.vertrauen {
    case "vertraut": text += Language.text(en: ", it is trusted", de: ", ihm wird vertraut")
    case "nicht-vertraut": text += Language.text(en: ", it is not trusted", de: ", ihm wird nicht vertraut")
    default: text += Language.text(en: ", it was not checked", de: ", es wurde nicht geprüft")
    }
    if !signature.umfasst_alles {
      text += Language.text(
        en: ", the signature covers an earlier revision", de: ", die Unterschrift umfasst nur eine frühere Fassung")
    }
    return text + (signature.grund.map { ": " + $0 } ?? "")
  }

  private func request(
    _ source: ContentFile, _ digest: Digest, _ size: UInt64, from offset: UInt64
  ) throws -> DaemonClient.Request {
    var components = URLComponents()
    components.path = Documents.path(of: digest)
    let query = [("authid", authid), ("signs", signs)].compactMap { name, value in
      value.map { URLQueryItem(name: name, value: $0) }
    }
    if !query.isEmpty { components.queryItems = query }
    try source.seek(to: offset)
    var request = DaemonClient.Request(
      method: .PUT, path: (components.string ?? "").replacingOccurrences(of: "+", with: "%2B"),
      contentType: mediaType ?? ContentFile.mediaType(of: file),
      body: .sized(size - offset) { try source.next() })
    if offset > 0 { request.headers = [("Content-Range", "bytes \(offset)-\(size - 1)/\(size)")] }
    return request
  }
}

/// A file read in parts. Used by one caller at a time.
final class ContentFile: @unchecked Sendable {
  // @unchecked: the task that sends the request reads it, and nobody else meanwhile.
  private let handle: FileHandle
  private let path: String

  init(_ path: String) throws {
    self.path = path
    do {
      handle = try FileHandle(forReadingFrom: URL(filePath: path))
    } catch {
      throw Failure(.inputOutput, "\(path): \((error as NSError).localizedDescription)")
    }
  }

  func next() throws -> [UInt8]? {
    do {
      return try handle.read(upToCount: 256 << 10).flatMap { $0.isEmpty ? nil : Array($0) }
    } catch {
      throw Failure(.inputOutput, "\(path): \((error as NSError).localizedDescription)")
    }
  }

  func seek(to offset: UInt64) throws { try handle.seek(toOffset: offset) }

  func digest() throws -> (Digest, size: UInt64) {
    var hasher = SHA256Hasher()
    var size: UInt64 = 0
    while let bytes = try next() {
      bytes.withUnsafeBytes { hasher.update($0) }
      size += UInt64(bytes.count)
    }
    return (hasher.finalize(), size)
  }

  /// What files are that offices file, by the endings of their names (IANA media types); nil for others.
  static func mediaType(of path: String) -> String? {
    switch URL(filePath: path).pathExtension.lowercased() {
    case "pdf": "application/pdf"
    case "txt": "text/plain; charset=utf-8"
    case "csv": "text/csv; charset=utf-8"
    case "html", "htm": "text/html"
    case "xml": "application/xml"
    case "json": "application/json"
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "tif", "tiff": "image/tiff"
    case "eml": "message/rfc822"
    case "zip": "application/zip"
    case "p7s": "application/pkcs7-signature"
    case "p7m": "application/pkcs7-mime"
    case "odt": "application/vnd.oasis.opendocument.text"
    case "ods": "application/vnd.oasis.opendocument.spreadsheet"
    case "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    case "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    default: nil
    }
  }
}
