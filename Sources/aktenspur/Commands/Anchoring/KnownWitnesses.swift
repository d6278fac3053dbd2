import Foundation
import LogFormat
import TransparencyLog

/// The witnesses whose cosignatures count: those named now, and those whose cosignatures the ledger has recorded.
struct KnownWitnesses {
  /// Whether they were named with the command.
  let areNamed: Bool
  private(set) var keys: [VerifierKey] = []
  /// The largest size that each of them is known to have cosigned.
  private var sizes: [VerifierKey: UInt64] = [:]

  init(named: [VerifierKey], recorded: [Record]) throws {
    areNamed = !named.isEmpty
    keys = named
    for record in recorded where record.data?["art"]?.string == "zeuge" {
      guard let vkey = record.data?["zeuge"]?.string, let size = record.data?["size"]?.integer else { continue }
      let key = try VerifierKey(vkey)
      if !areNamed, !keys.contains(key) { keys.append(key) }
      sizes[key] = max(sizes[key] ?? 0, UInt64(max(0, size)))
    }
  }

  /// Where the proof for them begins at the first try: the size cosigned last, where there is no doubt whose.
  var old: UInt64 { keys.count == 1 ? keys.first.flatMap { sizes[$0] } ?? 0 : 0 }

  /// The lines that claim to be by one of them, each with its key.
  func lines(of signatures: [SignedNote.Signature]) throws -> [(key: VerifierKey, line: SignedNote.Signature)] {
    let found = signatures.compactMap { line in keys.first { $0.claims(line) }.map { ($0, line) } }
    guard found.isEmpty else { return found }
    let names = Set(signatures.map(\.name)).sorted().joined(separator: ", ")
    throw Failure(
      .checkFailed,
      Language.text(
        en: "the answer is by \(names), whose key is not known: name it with --witness-key VKEY or --policy FILE",
        de: "die Antwort ist von \(names), Schlüssel unbekannt: mit --witness-key VKEY oder --policy DATEI nennen"
      ))
  }
}
