import Foundation

/// What the tests use of the repository beside the program itself.
enum Repository {
  /// The folder that holds `Package.swift`.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let packs = root.appending(path: "Projections").path
  /// The events of the Statusbericht for the second half of 2022, one a line.
  static let seed = root.appending(path: "tools/data/statusbericht-2022-h2.ndjson")

  static func tool(_ name: String) -> URL { root.appending(path: "tools/\(name)") }

  /// The program under test lies beside the program that runs the tests.
  static let program: URL =
    (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0]))
    .resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "aktenspur")
}
