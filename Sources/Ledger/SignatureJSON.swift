import LogFormat
import Signatures

extension Signature {
  /// As the record of a filing names it:
  ///
  /// ```
  /// {"form":"pdf","gueltig":true,"umfasst_alles":true,"zertifikat":"sha256:…","aussteller":"CN=…","seriennummer":"02",
  ///  "zeit":"2026-05-03T08:00:00Z","vertrauen":"vertraut"}
  /// ```
  ///
  /// The signer's name stands in the content, which can be destroyed, and not in the log, which cannot (DSGVO Art. 5 Abs. 1
  /// c, Art. 17): the certificate is named by its digest, and its issuer only where that is somebody else.
  /// `vertrauen` is `vertraut`, `nicht-vertraut` or, without anchors, `nicht-geprueft`; `grund` says why a signature is not
  /// sound or its certificate not trusted. `zeit` is what the signer states.
  var json: String {
    var members = [
      #""form":"\#(form.rawValue)""#, #""gueltig":\#(isSound)"#, #""umfasst_alles":\#(coversAll)"#,
    ]
    func add(_ name: String, _ text: String?) {
      // Whoever signs writes these texts; a record has bounds.
      if let text { members.append(#""\#(name)":\#(JSONText.string(String(text.prefix(400))))"#) }
    }
    add("zertifikat", certificate.map { "sha256:" + $0 })
    add("aussteller", issuer == signer ? nil : issuer)
    add("seriennummer", serialNumber)
    add("zeit", claimedTime.flatMap { Signature.time($0) })
    switch trust {
    case .trusted: add("vertrauen", "vertraut")
    case .untrusted: add("vertrauen", "nicht-vertraut")
    case .unknown: add("vertrauen", "nicht-geprueft")
    }
    if let problem {
      add("grund", problem)
    } else if case .untrusted(let reason) = trust {
      add("grund", reason)
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// Of the years that RFC 3339 can write.
  private static func time(_ seconds: Int64) -> String? {
    guard (-62_135_596_800..<253_402_300_800).contains(seconds) else { return nil }
    return Timestamp(microseconds: seconds * 1_000_000).text
  }
}
