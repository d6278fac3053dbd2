import LogFormat
public import TransparencyLog

/// What a verification has shown.
public struct VerificationReport: Sendable {
  /// The log's name; nil where neither record 0 nor a given key says it.
  public let origin: String?
  /// How many records the newest checkpoint covers; 0 where none is soundly signed.
  public let signed: UInt64
  /// How many come after it. No finding: the next checkpoint will cover them.
  public let unsigned: UInt64
  /// The root of the newest checkpoint, or of the whole log where there is none.
  public let root: Digest?
  /// The verifier keys used, one for each name that the log has had.
  public let keys: [String]
  /// How many checkpoints were compared.
  public let checkpoints: Int
  public let records: UInt64
  /// Bytes of the log, line feeds included.
  public let bytes: UInt64
  /// Bytes at the end of the log that a write cut short has left; nothing of them was acknowledged.
  public let tornBytes: UInt64
  public internal(set) var findings: [Finding]
  /// How many findings there were beyond those listed.
  public internal(set) var omittedFindings: Int
  /// How many records the newest checkpoint covers that satisfies the witness policy; nil without a policy, or where none
  /// does.
  public internal(set) var witnessed: UInt64?
  /// How many confirmations by others the log records.
  public internal(set) var anchors = 0
  /// Under which names which records were signed, where the log has had more than one.
  public internal(set) var names: [Phrase] = []
  /// What was seen of the contents; nil where they were not looked at.
  public internal(set) var documents: DocumentSummary?
  /// How long the verification took.
  public internal(set) var seconds = 0.0

  /// Whether the ledger is sound.
  public var isSound: Bool { findings.isEmpty }

  /// The output of `verify --json`: one object, without a line feed at its end. A finding that is not about the log has
  /// null for `sequence`, `segment` and `offset`.
  ///
  /// ```
  /// {"ok":false,"origin":"…","signed":48200,"unsigned":11,"root":"base64","keys":["…"],"checkpoints":3,"records":48211,
  ///  "bytes":20117733,"findings":[{"kind":"altered","sequence":812,"segment":"00000000000000000000.ndjson",
  ///  "offset":381022,"detail":"…"}]}
  /// ```
  ///
  /// Where contents were looked at, `"documents":{"contents":812,"surplus":["sha256:…"],"omitted":0}` comes before
  /// `findings`.
  public func json(in language: Language) -> String {
    func string(_ text: String?) -> String { text.map(JSONText.string) ?? "null" }
    func number(_ value: UInt64?) -> String { value.map(String.init) ?? "null" }
    let findings = findings.map { finding in
      """
      {"kind":"\(finding.kind.rawValue)","sequence":\(number(finding.sequence)),\
      "segment":\(string(finding.place?.segment)),"offset":\(number(finding.place?.offset)),\
      "detail":\(string(finding.detail.text(in: language)))}
      """
    }
    let documents = documents.map { summary in
      """
      "documents":{"contents":\(summary.contents),\
      "surplus":[\(summary.surplus.map { string($0) }.joined(separator: ","))],"omitted":\(summary.omittedSurplus)},
      """
    }
    return """
      {"ok":\(isSound),"origin":\(string(origin)),"signed":\(signed),"unsigned":\(unsigned),\
      "root":\(string(root?.base64)),"keys":[\(keys.map { string($0) }.joined(separator: ","))],\
      "checkpoints":\(checkpoints),"records":\(records),"bytes":\(bytes),\
      \(documents ?? "")"findings":[\(findings.joined(separator: ","))]}
      """
  }

  /// For people: the verdict first, then what it rests on, then each finding on a line of its own.
  public func text(in language: Language) -> String {
    func say(_ german: String, _ english: String) -> String { Phrase(german, english).text(in: language) }
    var lines: [String] = []
    let count = findings.count + omittedFindings
    lines.append(
      isSound
        ? say("In Ordnung: \(records) Datensätze, nichts verändert.", "Sound: \(records) records, nothing altered.")
        : say("NICHT in Ordnung: \(count) Befunde.", "NOT sound: \(count) findings."))
    if let origin { lines.append(say("Protokoll: \(origin)", "Log: \(origin)")) }
    lines.append(
      say(
        "Datensätze: \(records) (\(bytes) Bytes), davon \(signed) signiert, \(unsigned) nach der letzten Prüfsumme",
        "Records: \(records) (\(bytes) bytes), \(signed) of them signed, \(unsigned) after the newest checkpoint"))
    if let root { lines.append(say("Wurzel: \(root.base64)", "Root: \(root.base64)")) }
    lines.append(say("Verglichene Prüfsummen: \(checkpoints)", "Checkpoints compared: \(checkpoints)"))
    if anchors > 0 { lines.append(say("Verankerungen: \(anchors)", "Anchors: \(anchors)")) }
    if let witnessed {
      lines.append(
        say(
          "Nach der Zeugenregel gegengezeichnet: die ersten \(witnessed) Datensätze",
          "Cosigned as the witness policy asks: the first \(witnessed) records"))
    }
    for name in names { lines.append(name.text(in: language)) }
    for key in keys where names.isEmpty { lines.append(say("Schlüssel: \(key)", "Key: \(key)")) }
    if let documents {
      lines.append(say("Inhalte: \(documents.contents)", "Contents: \(documents.contents)"))
      if documents.surplusCount > 0 {
        lines.append(
          say(
            "Überzählig, kein Datensatz nennt sie: \(documents.surplusCount)",
            "Surplus, named by no record: \(documents.surplusCount)"))
      }
      for name in documents.surplus { lines.append("  " + name) }
    }
    if tornBytes > 0 {
      lines.append(
        say(
          "Am Ende \(tornBytes) Bytes eines abgebrochenen Schreibvorgangs; sie gehören nicht zum Protokoll.",
          "At the end \(tornBytes) bytes of a write that was cut short; they are not part of the log."))
    }
    for finding in findings {
      var line = finding.kind.rawValue
      if let sequence = finding.sequence { line += say(" Datensatz \(sequence)", " record \(sequence)") }
      if let place = finding.place { line += " (\(place.segment), \(say("Byte", "byte")) \(place.offset))" }
      lines.append(line + ": " + finding.detail.text(in: language))
    }
    if omittedFindings > 0 {
      lines.append(say("… und \(omittedFindings) weitere", "… and \(omittedFindings) more"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// How fast it was: one line for people, without a line feed.
  public func pace(in language: Language) -> String {
    let seconds = max(seconds, 1e-9)
    let numbers = [
      "\(Int(Double(records) / seconds))", VerificationReport.rounded(Double(bytes) / 1e6 / seconds),
      VerificationReport.rounded(seconds),
    ]
    return Phrase(
      "\(numbers[0]) Datensätze/s, \(numbers[1]) MB/s, \(numbers[2]) s",
      "\(numbers[0]) records/s, \(numbers[1]) MB/s, \(numbers[2]) s"
    ).text(in: language)
  }

  /// With one decimal.
  private static func rounded(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
