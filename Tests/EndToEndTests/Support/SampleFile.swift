import Foundation
import FoundationXML
import Testing

/// The Akte of the scenarios, with a Vorgang and a Dokument in it.
enum SampleFile {
  static let akte = "akte/10.03/2012/1"
  static let vorgang = "vorgang/10.03/2012/1-1"
  static let dokument = "dokument/4711"
}

/// The steps of its life.
extension LedgerUnderTest {
  /// The Aktenplan, from a table, and its release by somebody else.
  func approvePlan() throws {
    let table = """
      Aktenplan;Nr;Titel;Frist;Transferfrist;Bewertungsvorschlag
      2012;10;Hauptverwaltung;;;
      2012;10.03;Haushalt der Verwaltung;10;2;A
      2012;10.04;Beschaffung;6;;V
      """
    let imported = try command(
      "import", arguments: ["aktenplan", "-", "--socket", socket], input: Data(table.utf8))
    try #require(imported.status == 0, "\(imported.errors)")
    try record(
      .akten("aktenplan.freigegeben", "aktenplan/2012", #"{"gilt_ab":"2012-02-01"}"#, on: "2012-01-20", by: "leitung-1")
    )
  }

  func openFile(_ akte: String = SampleFile.akte, plan: String = "10.03") throws {
    try record(
      .akten(
        "akte.angelegt", akte, #"{"titel":"Haushalt 2013","aktenplan":"\#(plan)","einheit":"einheit/10"}"#,
        on: "2012-03-01"))
  }

  func fileDocument(content: String) throws {
    try record(
      .akten(
        "vorgang.angelegt", SampleFile.vorgang, #"{"titel":"Anmeldung","akte":"\#(SampleFile.akte)"}"#,
        on: "2012-03-02"))
    try record(
      .akten(
        "dokument.angelegt", SampleFile.dokument, #"{"titel":"Vermerk","vorgang":"\#(SampleFile.vorgang)"}"#,
        on: "2012-03-03"))
    try record(
      .akten(
        "dokument.version-erstellt", SampleFile.dokument,
        #"{"inhalt":"\#(content)","format":"application/pdf","dateiname":"vermerk.pdf"}"#, on: "2012-03-04"))
    for (state, day) in [("pruefung", "2012-03-05"), ("freigabe", "2012-03-06"), ("archiv", "2012-03-07")] {
      try record(
        .akten("dokument.status-geaendert", SampleFile.dokument, #"{"status":"\#(state)"}"#, on: day))
    }
  }

  func closeFile(_ akte: String = SampleFile.akte, on day: String = "2013-05-01") throws {
    try record(.akten("akte.zda-verfuegt", akte, on: day))
  }

  func disposal(_ arguments: String...) throws -> Program.Result {
    try command("disposal", arguments[0], arguments: arguments.dropFirst() + ["--socket", socket])
  }

  func state(of subject: String) throws -> String? {
    try get("/v1/subjects/\(subject)").body.decoded(SubjectDocument.self).state
  }

  /// Takes in what the archive answers to an offer.
  func decide(
    _ offer: Data, _ decisions: KeyValuePairs<String, String>
  ) throws -> Program.Result {
    let message = folder.file("0502-\(UUID()).xml")
    try archiveAnswer(to: offer, decisions).write(to: message)
    return try disposal("decide", message.path)
  }
}

/// What the archive answers to an offer: decisions by Aktenzeichen, or the number of a Dokument.
func archiveAnswer(to offer: Data, _ decisions: KeyValuePairs<String, String>) throws -> Data {
  let document = try XMLDocument(data: offer)
  func text(_ path: String) throws -> String {
    try #require(document.nodes(forXPath: path).first?.stringValue, "\(path)")
  }
  let objects = try decisions.map { name, art in
    let id = try text(
      """
      //*[*[local-name()='AllgemeineMetadaten']/*[local-name()='Kennzeichen']='\(name)']\
      /*[local-name()='Identifikation']/*[local-name()='xdomeaUUID']
      """)
    return """
      <a:BewertetesSGO><a:xdomeaUUID>\(id)</a:xdomeaUUID><a:Aussonderungsart>\
      <a:Aussonderungsart><code>\(art)</code></a:Aussonderungsart></a:Aussonderungsart></a:BewertetesSGO>
      """
  }
  return Data(
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <a:Aussonderung.Bewertungsverzeichnis.0502 xmlns:a="urn:xoev-de:xdomea:schema:4.0.0">
    <a:nachrichtenkopf><a:ProzessID>\(try text("//*[local-name()='ProzessID']"))</a:ProzessID></a:nachrichtenkopf>
    \(objects.joined(separator: "\n"))
    </a:Aussonderung.Bewertungsverzeichnis.0502>
    """.utf8)
}
