import EventLog
import LogFormat
import TimeStamps
import TransparencyLog

/// The records `de.aktenspur.ledger.verankert`: what somebody outside has confirmed about the log, and when.
///
/// A witness's cosignature:
/// ```
/// {"art":"zeuge","size":812,"root":"<base64>","zeuge":"<vkey>","cosignatur":"— <name> <base64>","zeit":"<RFC 3339>"}
/// ```
///
/// A time stamp over the records from `von` to the checkpoint, or one that renews another (`erneuert`):
/// ```
/// {"art":"zeitstempel","size":812,"root":"<base64>","von":0,"baumwurzel":"<hex>","algorithmus":"sha256",
///  "antwort":"sha256:<hex>","vertrauensanker":"sha256:<hex>","zeit":"<RFC 3339>","richtlinie":"<OID>",
///  "seriennummer":"<hex>","aussteller":"<RFC 4514>","erneuert":640}
/// ```
/// `antwort` and `vertrauensanker` are documents: the authority's whole answer, and the certificates in PEM.
enum AnchorRecord {
  static let name = "verankert"

  /// A witness has seen the log at this size, and that it had only grown.
  struct Cosignature {
    var checkpoint: Checkpoint
    var witness: VerifierKey
    var line: SignedNote.Signature
    var time: Timestamp

    init(_ checkpoint: Checkpoint, by witness: VerifierKey, _ line: SignedNote.Signature) throws(NoteError) {
      self.checkpoint = checkpoint
      self.witness = witness
      self.line = line
      time = Timestamp(seconds: try TransparencyLog.Cosignature(line).timestamp)
    }

    /// One for each witness and size: the first stays.
    var id: String { "zeuge-\(checkpoint.size)-\(SHA256.hash("\(witness)").hex)" }

    var json: String {
      let members = [
        #""art":"zeuge""#, #""size":\#(checkpoint.size)"#, #""root":"\#(checkpoint.root.base64)""#,
        #""zeuge":\#(JSONText.string("\(witness)"))"#,
        #""cosignatur":\#(JSONText.string(String(line.line.dropLast())))"#,
        #""zeit":"\#(time.text)""#,
      ]
      return "{" + members.joined(separator: ",") + "}"
    }
  }

  /// An authority has seen the stamped hash at a time.
  struct TimeStamp {
    var stamp: TimeStamps.TimeStamp
    var checkpoint: Checkpoint
    var from: UInt64
    var response: Digest
    var trust: Digest
    var renews: UInt64?

    /// The same answer is the same anchor.
    var id: String { "zeitstempel-\(response.hex)" }

    var json: String {
      var members = [
        #""art":"zeitstempel""#, #""size":\#(checkpoint.size)"#, #""root":"\#(checkpoint.root.base64)""#,
        #""von":\#(from)"#, #""baumwurzel":"\#(stamp.imprint.hex)""#,
        #""algorithmus":"\#(stamp.digestAlgorithm.rawValue)""#, #""antwort":"sha256:\#(response.hex)""#,
        #""vertrauensanker":"sha256:\#(trust.hex)""#, #""zeit":"\#(stamp.generationTime)""#,
        #""richtlinie":"\#(stamp.policy)""#, #""seriennummer":"\#(stamp.serialNumber)""#,
        #""aussteller":\#(JSONText.string(stamp.signerIssuer))"#,
      ]
      if let renews { members.append(#""erneuert":\#(renews)"#) }
      return "{" + members.joined(separator: ",") + "}"
    }
  }
}

extension Timestamp {
  /// POSIX seconds; what lies beyond the year 9999 is that year's last moment when written.
  init(seconds: UInt64) {
    let (microseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    self.init(microseconds: overflow ? .max : Int64(clamping: microseconds))
  }
}
