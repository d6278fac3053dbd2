/// What the manifest says of a run.
struct IndexRunDescription: Codable, Hashable, Sendable {
  /// A text with its number.
  struct Name: Codable, Hashable, Sendable {
    var number: UInt32
    var text: String
  }

  /// Name of its file in the folder of the index.
  var file: String
  /// Of the sums of its blocks; random.
  var seed: UInt64
  /// It holds the records `from..<below`.
  var from: UInt64
  var below: UInt64
  /// How many entries there are of each kind; they stand in this order, each kind from a new block on.
  var ids: Int
  var subjects: Int
  var events: Int
  var places: Int
  /// Bytes of the tail behind the blocks, and their sum.
  var tailBytes: Int
  var tailSum: UInt64

  var records: UInt64 { below - from }
}
