/// Why a domain pack cannot be loaded: where it is wrong, and what was expected there.
public struct PackError: Error, Sendable, Hashable {
  public enum Place: Sendable, Hashable {
    /// The file as a whole.
    case file
    /// JSON Pointer (RFC 6901) into a JSON file.
    case pointer(String)
    /// Line of a text file, from 1.
    case line(Int)
  }

  /// Name of the pack; empty where the folder of packs itself cannot be read.
  public var pack: String
  /// Path inside the pack.
  public var file: String
  public var place: Place
  /// What was expected, and what was found.
  public var detail: String

  public init(pack: String, file: String, place: Place = .file, _ detail: String) {
    self.pack = pack
    self.file = file
    self.place = place
    self.detail = detail
  }
}

extension PackError: CustomStringConvertible {
  public var description: String {
    let path = pack.isEmpty ? file : file.isEmpty ? "pack \(pack)" : "pack \(pack), \(file)"
    switch place {
    case .file, .pointer(""): return "\(path): \(detail)"
    case .pointer(let pointer): return "\(path) at \(pointer): \(detail)"
    case .line(let line): return "\(path), line \(line): \(detail)"
    }
  }
}
