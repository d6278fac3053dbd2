import Foundation
import Testing

@testable import LogFormat

/// The document in `text`.
func document(_ text: String) throws -> JSONDocument { try JSONDocument(text) }

/// The root of the document in `text`.
func json(_ text: String) throws -> JSONValue { try JSONDocument(text).root }

/// The compact text of a document.
func compact(_ text: String) throws -> String { String(decoding: try document(text).bytes, as: UTF8.self) }

/// Why these bytes are no strict JSON; nil where they are.
func jsonError(_ bytes: [UInt8]) -> JSONError? {
  do throws(JSONError) {
    _ = try JSONDocument(bytes)
    return nil
  } catch {
    return error
  }
}

func jsonError(_ text: String) -> JSONError? { jsonError(Array(text.utf8)) }

/// Deterministic random numbers (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
