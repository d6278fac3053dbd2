/// How much one request may bring, in bytes unless it says otherwise.
enum Limits {
  /// A single event's body, structured or binary, and a line of an NDJSON stream.
  static let event = 256 << 10
  /// A batch's body.
  static let batch = 16 << 20
  /// The body of a call that is not an event, the longest being a time-stamp response with its certificates in base64.
  static let call = 4 << 20
  /// Events in a batch.
  static let batchEvents = 10_000
  /// Lines of a stream whose answers are still to come or to be written; reading from the socket pauses beyond it. Small
  /// beside what one principal may have waiting, so that some streams of one client do not overload the ledger.
  static let linesAppending = 1 << 20
  /// Requests of a stream that are with the ledger before its lines are gathered, to be given to it together: one that it
  /// records, and one that waits for its turn meanwhile.
  static let lineRequests = 2
  /// So many lines, and bytes of them, are gathered at most.
  static let linesTogether = (count: 2_000, bytes: 256 << 10)
  /// Problems that the summary of a stream names one by one.
  static let problemsInSummary = 100
  /// Log lines read and sent at a time.
  static let readChunk = 256 << 10
  /// What a content that is coming in has of it in memory at a time, generously.
  static let document = 1 << 20
  /// Bodies that are being read or checked, of all clients and of one user.
  static let bodies = 96 << 20
  static let bodiesOfUser = 48 << 20
  /// Past states that are asked for at a time, in all and by one user.
  static let asOfBuilds = 8
  static let asOfBuildsOfUser = 2
}
