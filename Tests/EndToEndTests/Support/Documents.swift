import Foundation

/// What the ledger answers to an event it has recorded.
struct Receipt: Decodable, Hashable {
  var sequence: Int
  var subject: String
  var subjectversion: Int
  var leafhash: String
  var recordedtime: String
  var duplicate: Bool

  /// The receipt of the same event sent again.
  var repeated: Receipt {
    var copy = self
    copy.duplicate = true
    return copy
  }
}

/// A problem document (RFC 9457).
struct ProblemDocument: Decodable, Hashable {
  var type: String
  var title: String
  var status: Int
  var detail: String
  var pointer: String?
  var line: Int?

  var name: String { String(type.trimmingPrefix("urn:aktenspur:problem:")) }
}

/// The output of `verify --json`.
struct Verification: Decodable {
  struct Finding: Decodable, Hashable {
    var kind: String
    var sequence: Int?
    var segment: String?
    var offset: Int?
    var detail: String
  }

  var ok: Bool
  var origin: String?
  var signed: Int
  var unsigned: Int
  var root: String?
  var keys: [String]
  var checkpoints: Int
  var records: Int
  var bytes: Int
  var findings: [Finding]
}

/// A place in the log, as figures and reports name it.
struct Head: Decodable, Hashable {
  var size: Int
  var root: String
}

struct Figure: Decodable, Hashable {
  var name: String
  var title: String
  var value: Int
  var unit: String
  var sequences: [Int]
  var asof: Head
  var effective: String
}

/// A report in JSON. Its tables differ from report to report and are read where a test needs them.
struct ReportDocument: Decodable {
  struct Finding: Decodable {
    var name: String
    var text: String
    var sequences: [Int]
  }

  var report: String
  var period: String
  var effective: String
  var asof: Head
  var figures: [Figure]
  var findings: [Finding]
}

/// What `GET /v1/subjects/{subject}` answers.
struct SubjectDocument: Decodable, Hashable {
  var subject: String
  var version: Int
  var state: String?
  var first: Int
  var last: Int
}

/// The members of a record that tests look at.
struct RecordDocument: Decodable {
  var id: String
  var source: String
  var type: String
  var subject: String
  var time: String?
  var authid: String?
  var recordedby: String
  var sequence: String
  var subjectversion: Int
  var recordedtime: String
  var batchend: String?
  var previoushash: String
  var datacontenttype: String?
}

extension Data {
  func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: self)
  }
}
