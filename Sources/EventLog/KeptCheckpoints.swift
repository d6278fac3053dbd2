import Foundation
public import TransparencyLog

/// The checkpoints that left the house, each with the cosignatures that came back: `checkpoints/<size, 20 digits>`, one
/// signed note a file.
///
/// They are truth: whoever holds an older checkpoint is answered with them. A file is replaced whole and only ever gains
/// signature lines. One process writes here, the one that holds the ledger.
public struct KeptCheckpoints: Sendable {
  private let directory: LedgerDirectory

  public init(_ directory: LedgerDirectory) {
    self.directory = directory
  }

  /// The sizes of which a checkpoint is kept, ascending.
  public func sizes() throws -> [UInt64] {
    try FileManager.default.contentsOfDirectory(atPath: directory.checkpoints).compactMap { name in
      name.utf8.count == 20 && name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt64(name) : nil
    }.sorted()
  }

  /// The checkpoint of a size; nil where none is kept.
  public func note(size: UInt64) throws -> SignedNote? {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try SystemCall.contents(of: path(of: size))
    } catch {
      if error.errno == ENOENT { return nil }
      throw error
    }
    return try SignedNote(parsing: bytes)
  }

  /// Keeps a checkpoint, or adds the signature lines that the kept one has not got. Durable when this returns.
  ///
  /// - Returns: what is kept now.
  /// - Throws: ``KeptCheckpointError`` where another text is kept under that size.
  @discardableResult
  public func keep(_ note: SignedNote, size: UInt64) throws -> SignedNote {
    var kept = try self.note(size: size)
    if let kept, !kept.text.utf8.elementsEqual(note.text.utf8) { throw KeptCheckpointError(size: size) }
    let known = kept?.signatures.count
    try kept?.append(signatureLines: note.signatures.map(\.line).joined())
    let whole = kept ?? note
    if known != whole.signatures.count {
      try SystemCall.replace(path(of: size), with: Array(whole.encoded.utf8))
    }
    return whole
  }

  private func path(of size: UInt64) -> String {
    let digits = String(size)
    return directory.checkpoints + "/" + String(repeating: "0", count: 20 - digits.utf8.count) + digits
  }
}

/// Two different checkpoints of one size: one of them is not of this log.
public struct KeptCheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
  public var size: UInt64

  public var description: String { "another checkpoint of size \(size) has been kept" }
}
