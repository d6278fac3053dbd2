import Foundation
import LogFormat

/// What a file of events is, told by its content.
enum EventInput {
  case empty
  case event([UInt8])
  /// A JSON array: recorded all together or not at all.
  case batch([UInt8])
  /// One event a line: what has been read so far. The rest is still in the file.
  case lines([UInt8])

  /// How much is read at most where the whole is needed: a batch's bound and something over it, which the daemon refuses.
  private static let maximumWhole = (16 << 20) + (1 << 16)

  init(_ handle: FileHandle) throws {
    var bytes = try EventInput.read(handle)
    while !bytes.isEmpty, bytes.allSatisfy(EventInput.isSpace) { bytes = try EventInput.read(handle) }
    guard let first = bytes.first(where: { !EventInput.isSpace($0) }) else {
      self = .empty
      return
    }
    if first == UInt8(ascii: "[") {
      try EventInput.readOn(&bytes, handle) { _ in false }
      self = .batch(bytes)
      return
    }
    // A first line that is JSON by itself makes the file one of lines; an event written over several lines does not
    // begin with one.
    try EventInput.readOn(&bytes, handle) { $0.drop(while: EventInput.isSpace).contains(0x0A) }
    let line = bytes.drop(while: EventInput.isSpace).prefix { $0 != 0x0A }
    if (try? JSONDocument(Array(line))) != nil {
      self = .lines(bytes)
      return
    }
    try EventInput.readOn(&bytes, handle) { _ in false }
    // A broken first line among lines that each begin an object is for the daemon to name.
    let lines = bytes.split(separator: 0x0A).filter { !$0.allSatisfy(EventInput.isSpace) }
    let isLines = lines.count > 1 && lines.allSatisfy { $0.first == UInt8(ascii: "{") }
    self = isLines ? .lines(bytes) : .event(bytes)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  static func read(_ handle: FileHandle) throws -> [UInt8] {
    Array(try handle.read(upToCount: 1 << 18) ?? Data())
  }

  private static func readOn(
    _ bytes: inout [UInt8], _ handle: FileHandle, until isEnough: ([UInt8]) -> Bool
  ) throws {
    while bytes.count < maximumWhole, !isEnough(bytes) {
      let more = try read(handle)
      if more.isEmpty { return }
      bytes += more
    }
  }
}
