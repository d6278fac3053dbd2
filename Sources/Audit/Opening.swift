import LogFormat
import TransparencyLog

/// What record 0 says of the ledger, and the key it is verified with.
struct Opening {
  static let type = "de.aktenspur.ledger.eroeffnet"

  /// As record 0 names it.
  let origin: String?
  /// The auditor's key, or else the one that record 0 names.
  let key: VerifierKey?

  init(_ record: Record?, key: VerifierKey?, report: (Finding) -> Void) {
    let data = record?.type == Opening.type ? record?.data : nil
    origin = data?["origin"]?.string ?? key?.name
    if let key {
      self.key = key
    } else if let vkey = data?["verifierkey"]?.string {
      do {
        self.key = try VerifierKey(vkey)
      } catch {
        self.key = nil
        report(
          Finding(
            .signature,
            Phrase(
              "der Schlüssel in Datensatz 0 ist unbrauchbar: \(error)", "the key in record 0 cannot be used: \(error)"))
        )
      }
    } else {
      self.key = nil
      report(
        Finding(
          .signature,
          Phrase("es gibt keinen Datensatz 0, der einen Schlüssel nennt", "there is no record 0 that names a key")))
    }
  }
}
