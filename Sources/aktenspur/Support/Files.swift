import Foundation

/// Small files that a command is given.
enum InputFile {
  /// The whole of a file; `-` is stdin.
  static func contents(of path: String) throws -> [UInt8] {
    if path == "-" { return Array(try FileHandle.standardInput.readToEnd() ?? Data()) }
    do {
      return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw Failure(.inputOutput, "\(path): \((error as NSError).localizedDescription)")
    }
  }
}

/// Files that a command leaves behind.
enum OutputFile {
  /// Writes a file whole or not at all.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw Failure(.cannotCreate, "\(path): \((error as NSError).localizedDescription)")
    }
  }
}
