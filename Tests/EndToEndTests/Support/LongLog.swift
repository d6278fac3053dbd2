import Foundation
import LogFormat
import TransparencyLog

/// A log that the test writes itself, behind record 0 of a ledger that `init` has made: many records in a short time,
/// which no checkpoint covers.
struct LongLog {
  private var previous: Digest
  private var next = 1
  private var bytes: [UInt8] = []
  private let file: FileHandle

  /// - Parameter segment: the ledger's first one, which holds record 0 and nothing else.
  init(behind segment: URL) throws {
    previous = RFC6962.leafHash(Array(try Data(contentsOf: segment).dropLast()))
    file = try FileHandle(forWritingTo: segment)
    try file.seekToEnd()
  }

  /// Appends a record, the next one of its subject if that has been in every record before.
  mutating func append(id: String, subject: String) throws {
    let line =
      #"{"specversion":"1.0","id":"\#(id)","source":"urn:nwm:probe","type":"de.aktenspur.projekt.angelegt","#
      + #""subject":"\#(subject)","sequence":"\#(SequenceText.string(UInt64(next)))","subjectversion":\#(next),"#
      + #""recordedtime":"2099-12-31T23:59:59.000000Z","recordedby":"probe","previoushash":"\#(previous.hex)","data":{}}"#
    let start = bytes.count
    bytes.append(contentsOf: line.utf8)
    previous = bytes[start...].withUnsafeBytes { RFC6962.leafHash($0) }
    bytes.append(0x0A)
    next += 1
    if bytes.count > 1 << 20 { try finish() }
  }

  /// Writes what has not been written yet.
  mutating func finish() throws {
    try file.write(contentsOf: Data(bytes))
    bytes.removeAll(keepingCapacity: true)
  }
}
