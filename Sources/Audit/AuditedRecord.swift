import LogFormat

/// The records of the ledger itself whose content the audit reads.
enum AuditedRecord {
  /// Puts domain packs in force, and names their manifests.
  static let packs = "de.aktenspur.ledger.fachpakete-gesetzt"
  /// Says that a checkpoint has been cosigned or time-stamped elsewhere.
  static let anchor = "de.aktenspur.ledger.verankert"
  /// Says that a content was filed, or that one was destroyed.
  static let filing = "de.aktenspur.ledger.dokument-abgelegt"
  static let destruction = "de.aktenspur.ledger.dokument-vernichtet"
  /// Gives the log another name and key, after it was restored from a backup.
  static let resumption = Resumption.type

  /// Whether `type` is one of them.
  @inline(__always)
  static func isType(_ type: UnsafeRawBufferPointer) -> Bool {
    // Of nearly all records the type is told apart by these four bytes.
    guard type.count > 20, type.loadUnaligned(fromByteOffset: 13, as: UInt32.self) == ledger else { return false }
    return type.elementsEqual(packs.utf8) || type.elementsEqual(anchor.utf8)
      || type.elementsEqual(resumption.utf8) || type.elementsEqual(filing.utf8) || type.elementsEqual(destruction.utf8)
  }

  /// "ledg", as it lies in memory.
  private static let ledger = (0x6764_656c as UInt32).littleEndian
}
