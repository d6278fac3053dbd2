import Foundation

/// Files beside the tests.
enum Repository {
  /// The folder that holds `Package.swift`.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Real time stamps and such made to mislead, with the verdict expected of each; they lie beside the checkout.
  static let vectors = root.deletingLastPathComponent().appending(path: "shared/vectors/rfc3161")
  static let hasVectors = FileManager.default.fileExists(atPath: vectors.path)

  static func vector(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: vectors.appending(path: path)))
  }
}
