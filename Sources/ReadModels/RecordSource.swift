/// Where projections read records: the log, or anything that holds its lines.
public protocol RecordSource: Sendable {
  /// Calls `body` with each record's line, without its LF, for the sequences from ..< below that the log holds, in
  /// order.
  ///
  /// The buffer is valid during the call only. A log that is shorter ends the calls early; an error of `body` ends them
  /// and is passed on.
  func forEachLine(from: UInt64, below: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
}
