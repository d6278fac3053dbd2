/// A reader of bytes that come from somebody else, and what must hold of it whatever the bytes are.
///
/// That it does not trap, does not run without end and throws only its own errors goes for each; the check adds what is
/// its own: what it takes is written again byte for byte, and two readers of one format agree. `tools/fuzz` gives it
/// inputs made by libFuzzer, the tests the seeds and fixed mutations of them.
struct Target: Sendable {
  /// Also the name of its folder in `Seeds`.
  let name: String
  let check: @Sendable ([UInt8]) throws -> Void

  static let all: [Target] = [
    .json, .record, .segment, .lines, .note, .proof, .tile, .witness, .body, .head, .pack, .sql, .csv, .pattern,
    .archive,
    .stamp, .signature,
  ]
}

/// What did not hold.
struct Broken: Error, CustomStringConvertible {
  let description: String
}

func hold(_ condition: Bool, _ expected: @autoclosure () -> String) throws {
  guard condition else { throw Broken(description: expected()) }
}
