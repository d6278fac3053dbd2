import ArgumentParser
import TransparencyLog

struct Documents: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "File contents of documents, read them on the record, destroy and check them.",
    subcommands: [DocumentsPut.self, DocumentsGet.self, DocumentsDestroy.self, DocumentsCheck.self])

  /// A content's name as users write it.
  static func digest(_ text: String) throws -> Digest {
    guard let digest = Digest(hex: text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]) else {
      throw ValidationError("expected sha256: and 64 lower-case hexadecimal digits, found \(text)")
    }
    return digest
  }

  /// The path of a content.
  static func path(of digest: Digest) -> String { "/v1/documents/sha256:\(digest.hex)" }
}
