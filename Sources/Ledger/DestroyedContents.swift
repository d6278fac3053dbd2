import EventLog
import LogFormat
import TransparencyLog

extension LogReader {
  /// The contents that were destroyed on the record and not filed again: no copy of them may stay, nor come back.
  func destroyedContents() throws -> Set<Digest> {
    var destroyed: Set<Digest> = []
    let (filed, gone) = (Log.ledgerTypePrefix + DocumentRecord.filed, Log.ledgerTypePrefix + DocumentRecord.destroyed)
    for record in try records(on: [DocumentRecord.filingSubject], below: size)
    where record.type == filed || record.type == gone {
      guard let name = record.data?["inhalt"]?.string, let digest = Digest(hex: String(name.dropFirst("sha256:".count)))
      else { continue }
      if record.type == gone { destroyed.insert(digest) } else { destroyed.remove(digest) }
    }
    return destroyed
  }
}
