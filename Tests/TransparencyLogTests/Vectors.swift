import Foundation

/// Test data of others, which lies beside the package and is read where it lies: `../shared/vectors`.
enum Vectors {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/vectors").standardizedFileURL

  static let arePresent = FileManager.default.fileExists(atPath: folder.path())
  static let absence: String = "the vectors are not beside the package (../shared/vectors)"

  static func bytes(_ path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: folder.appending(path: path)))
  }

  static func decode<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: path)))
  }
}
