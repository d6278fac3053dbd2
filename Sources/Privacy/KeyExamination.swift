import Foundation
import TransparencyLog

/// Reads every file of a key store, and changes none.
public struct KeyExamination {
  /// A file that does not say what it must.
  public struct Fault: Sendable, Hashable {
    public var name: String
    public var reason: String
  }

  public struct Result: Sendable, Hashable {
    /// Keys that are sound.
    public var count = 0
    public var faults: [Fault] = []
    /// Keys that were destroyed and are there.
    public var revived: [KeyID] = []
  }

  private let files: KeyFiles
  private let destroyed: Set<KeyID>

  /// - Parameter destroyed: the keys that the log says are gone.
  public init(directory: String, destroyed: Set<KeyID>) {
    files = KeyFiles(directory: directory)
    self.destroyed = destroyed
  }

  public func run() throws -> Result {
    var result = Result()
    for name in try FileManager.default.contentsOfDirectory(atPath: files.directory).sorted() {
      do {
        if name.hasSuffix(".key"), let id = KeyID(hex: name.dropLast(4)) {
          _ = try files.key(id)
          if destroyed.contains(id) { result.revived.append(id) } else { result.count += 1 }
        } else if name.hasSuffix(".person"), let person = Digest(hex: name.dropLast(7)) {
          if let entry = try files.entry(of: person), !destroyed.contains(entry.id) { _ = try files.key(of: entry) }
        }
      } catch {
        result.faults.append(Fault(name: name, reason: "\(error)"))
      }
    }
    return result
  }
}
