import Foundation

/// A browser without a window, which loads a page from a file and tells what became of it.
enum Browser {
  struct Page {
    /// The document after loading, written out by the browser.
    var document: String
    /// What the page's console says: blocked scripts and styles, files that are not there.
    var complaints: [String]
  }

  static let absence = "needs chromium"
  static var isPresent: Bool { program != nil }

  private static let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }

  static func load(_ html: Data) throws -> Page {
    let folder = try ScratchFolder()
    try html.write(to: folder.file("page.html"))
    guard let program else { throw CocoaError(.executableNotLoadable) }
    let result = try Program.run(
      program,
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr",
        "--user-data-dir=\(folder.file("profile").path)", "--dump-dom", folder.file("page.html").absoluteString,
      ])
    let complaints = result.errors.split(separator: "\n").filter { $0.contains("CONSOLE") }.map(String.init)
    return Page(document: result.text, complaints: complaints)
  }
}
