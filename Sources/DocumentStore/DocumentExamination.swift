import Foundation
import TransparencyLog

/// Reads every document, and changes none.
public struct DocumentExamination {
  public struct Result: Sendable, Hashable {
    /// Documents that have the content of their names.
    public var count = 0
    /// The others, below the store's folder: `sha256/1f/0c…`.
    public var altered: [String] = []
  }

  private let directory: String

  public init(directory: String) {
    self.directory = directory
  }

  public func run() throws -> Result {
    var result = Result()
    let root = directory + "/sha256"
    for folder in try FileManager.default.contentsOfDirectory(atPath: root).sorted() {
      for name in try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").sorted() {
        guard let digest = Digest(hex: folder + name) else { continue }
        if (try? hash(of: "\(root)/\(folder)/\(name)")) == digest {
          result.count += 1
        } else {
          result.altered.append("sha256/\(folder)/\(name)")
        }
      }
    }
    return result
  }

  private func hash(of path: String) throws -> Digest {
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? file.close() }
    var hash = SHA256Hasher()
    while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty { chunk.withUnsafeBytes { hash.update($0) } }
    return hash.finalize()
  }
}
