import Foundation
import FoundationXML
import Testing

/// An Akte of which the archive takes a part: what is offered, valued, transferred and destroyed, and in which order.
struct FileDisposalTests {
  /// A closed file with two Vorgänge of a Dokument each, and a Dokument beside them; offered.
  ///
  /// - Returns: the message of the offer.
  private func offerFileOfTwo(_ ledger: LedgerUnderTest) throws -> Data {
    try ledger.approvePlan()
    try ledger.openFile()
    for number in ["1", "2"] {
      let vorgang = "vorgang/10.03/2012/1-\(number)"
      try ledger.record(
        .akten("vorgang.angelegt", vorgang, #"{"titel":"T","akte":"\#(SampleFile.akte)"}"#, on: "2012-03-02"))
      let content = try SampleContent(Data("Inhalt \(number)".utf8), in: ledger.folder)
      #expect(try ledger.put(content).status == 201)
      try ledger.record(
        .akten("dokument.angelegt", "dokument/\(number)", #"{"vorgang":"\#(vorgang)"}"#, on: "2012-03-03"))
      try ledger.record(
        .akten(
          "dokument.version-erstellt", "dokument/\(number)",
          #"{"inhalt":"\#(content.name)","dateiname":"\#(number).txt"}"#, on: "2012-03-04"))
      if number == "1" {
        let signature = try SampleContent(Data("abgesetzte Signatur".utf8), in: ledger.folder)
        #expect(try ledger.put(signature, path: signature.path + "?signs=" + content.name).status == 201)
      }
    }
    try ledger.record(
      .akten("dokument.angelegt", "dokument/3", #"{"akte":"\#(SampleFile.akte)"}"#, on: "2012-03-03"))
    try ledger.closeFile()
    let offer = ledger.folder.file("0501.xml")
    let offered = try ledger.disposal("offer", "-o", offer.path, "--archive", "Kreisarchiv")
    try #require(offered.status == 0, "\(offered.errors)")
    return try Data(contentsOf: offer)
  }

  @Test func theArchiveTakesSingleVorgaengeAndTheRestIsDestroyedWithTheFile() throws {
    try LedgerUnderTest.run { ledger in
      let offer = try offerFileOfTwo(ledger)
      let decided = try ledger.decide(offer, ["10.03/2012/1-1": "A", "10.03/2012/1-2": "V"])
      #expect(decided.status == 0, "\(decided.errors)")
      #expect(try ledger.state(of: SampleFile.akte) == "bewertet")
      // The Dokument that lies in the file itself is not decided.
      let open = try ledger.disposal(
        "transfer", "-o", ledger.folder.file("zu früh").path, "--archive", "Kreisarchiv", SampleFile.akte)
      #expect(open.status == 65 && open.errors.contains("the archive has not decided on dokument/3"), "\(open.errors)")
      #expect(!FileManager.default.fileExists(atPath: ledger.folder.file("zu früh").path))
      #expect(try ledger.decide(offer, ["3": "V"]).status == 0)
      let early = try ledger.disposal("destroy", SampleFile.akte, "--reason", "Aussonderung 2024")
      #expect(
        early.status == 65 && early.errors.contains("zum Teil als archivwürdig bewertet und noch nicht abgegeben"),
        "\(early.errors)")

      let folder = ledger.folder.file("0503")
      let handedOver = try ledger.disposal("transfer", "-o", folder.path, "--archive", "Kreisarchiv")
      #expect(handedOver.status == 0, "\(handedOver.errors)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.count == 3, "\(names)")
      #expect(names.contains { $0.hasSuffix("_1.txt") })
      let signature = try #require(names.first { $0.hasSuffix("_Signatur.p7s") })
      #expect(try String(contentsOf: folder.appending(path: signature), encoding: .utf8) == "abgesetzte Signatur")
      let message = try #require(names.first { $0.hasSuffix("0503.xml") })
      let text = try String(contentsOf: folder.appending(path: message), encoding: .utf8)
      #expect(text.contains(signature))
      #expect(text.contains("10.03/2012/1-1") && !text.contains("<xdomea:Kennzeichen>10.03/2012/1-2"))
      let contexts = try XMLDocument(data: Data(text.utf8)).nodes(forXPath: "//*[local-name()='Kontextobjekt']")
      #expect(contexts.map(\.stringValue) == ["true", "false"])

      let destroyed = try ledger.disposal("destroy", "--due", "--reason", "Aussonderung 2024")
      #expect(destroyed.status == 0, "\(destroyed.errors)")
      #expect(try ledger.state(of: SampleFile.akte) == "vernichtet")
      let history = try ledger.command("history", "vorgang/10.03/2012/1-2")
      #expect(history.text.contains("Bewertung des Archivs empfangen"), "\(history.text)")
    }
  }

  @Test func whatTheArchiveSaysOfAPartGoesBeforeWhatItSaysOfTheFile() throws {
    try LedgerUnderTest.run { ledger in
      let offer = try offerFileOfTwo(ledger)
      let twice = try ledger.decide(offer, ["3": "V", "3": "A"])
      #expect(twice.status == 65 && twice.errors.contains("values dokument/3 twice"), "\(twice.errors)")
      #expect(try ledger.state(of: SampleFile.akte) == "angeboten")
      #expect(try ledger.decide(offer, ["10.03/2012/1": "V", "2": "A"]).status == 0)
      // Said again of the file alone, it is said that the part keeps what was decided on it.
      let whole = try ledger.decide(offer, ["10.03/2012/1": "V", "3": "V"])
      #expect(
        whole.errors.contains("\(SampleFile.akte): decided on before and not now: dokument/2"), "\(whole.errors)")
      let refused = try ledger.post(.akten("akte.vernichtet", SampleFile.akte, on: "2024-05-01"))
      #expect(refused.status == 409 && refused.text.contains("zum Teil als archivwürdig bewertet"), "\(refused.text)")
      // Nothing is due for destruction until the archive has what it wants, or wants it no longer.
      func due() throws -> String {
        try ledger.command("disposal", "due", arguments: ["--json", "--effective", "2099-01-01"]).text
      }
      #expect(try !due().contains("vernichtung"))
      #expect(try ledger.decide(offer, ["2": "V"]).status == 0)
      #expect(try due().contains(#""was":"vernichtung","subject":"\#(SampleFile.akte)""#))
      try ledger.record(.akten("akte.vernichtet", SampleFile.akte, on: "2024-05-01"))
    }
  }

  @Test func whatTheArchiveWantsIsNotDestroyedAloneAndWhatItHasNotSeenNotWithTheFile() throws {
    try LedgerUnderTest.run { ledger in
      let offer = try offerFileOfTwo(ledger)
      func expectRefused(_ type: String, _ subject: String, _ data: String, _ reason: String) throws {
        let answer = try ledger.post(.akten(type, subject, data, on: "2024-05-01", id: UUID().uuidString))
        #expect(answer.status == 409 && answer.text.contains(reason), "\(answer.text)")
      }
      let destruction = #"{"grund":"Irrläufer"}"#
      try expectRefused(
        "dokument.vernichtet", "dokument/1", destruction, "ist angeboten, über das Dokument ist noch nicht")
      #expect(try ledger.decide(offer, ["10.03/2012/1": "V", "1": "A"]).status == 0)
      try expectRefused(
        "dokument.vernichtet", "dokument/1", destruction, "als archivwürdig bewertet und noch nicht abgegeben")
      try ledger.record(.akten("dokument.vernichtet", "dokument/2", destruction, on: "2024-05-01"))
      // What came in after the offer is nobody's decision yet, and is not taken for the file's.
      try ledger.record(
        .akten("dokument.angelegt", "dokument/4", #"{"akte":"\#(SampleFile.akte)"}"#, on: "2024-05-01"))
      try expectRefused("akte.vernichtet", SampleFile.akte, "{}", "noch nicht entschieden (B): dokument/4")
      try ledger.record(
        .akten("dokument.archivbewertung-empfangen", "dokument/4", #"{"bewertung":"V"}"#, on: "2024-05-02"))
      let handed = try ledger.disposal("transfer", "-o", ledger.folder.file("0503").path, "--archive", "Kreisarchiv")
      #expect(handed.status == 0, "\(handed.errors)")
      // Nor what came in after the transfer: the file is offered anew.
      try ledger.record(
        .akten("dokument.angelegt", "dokument/5", #"{"akte":"\#(SampleFile.akte)"}"#, on: "2024-05-03"))
      try expectRefused("akte.vernichtet", SampleFile.akte, "{}", "Seit der Abgabe kam etwas hinzu: dokument/5")
      try ledger.record(
        .akten("akte.anbietung-zurueckgezogen", SampleFile.akte, #"{"grund":"Nachtrag"}"#, on: "2024-05-04"))
      let again = try ledger.disposal(
        "offer", "-o", ledger.folder.file("0501-2.xml").path, "--archive", "Kreisarchiv", SampleFile.akte)
      #expect(again.status == 0, "\(again.errors)")
      #expect(try ledger.state(of: SampleFile.akte) == "angeboten")
      // The answer to the first offer is none to this one.
      let old = try ledger.decide(offer, ["10.03/2012/1": "V"])
      #expect(old.status == 65 && old.errors.contains("not offered in process"), "\(old.errors)")
    }
  }

  @Test func aTransferThatADecisionOvertookIsNotRecorded() throws {
    try LedgerUnderTest.run { ledger in
      let offer = try offerFileOfTwo(ledger)
      #expect(try ledger.decide(offer, ["10.03/2012/1": "A", "2": "V"]).status == 0)
      let stand = try ledger.log().count { $0 == UInt8(ascii: "\n") }
      #expect(try ledger.decide(offer, ["2": "A"]).status == 0)
      let late = try ledger.post(
        .akten("akte.abgegeben", SampleFile.akte, #"{"stand":\#(stand)}"#, on: "2024-05-01"))
      #expect(
        late.status == 409 && late.text.contains("Seit die Nachricht gezogen wurde, kam etwas hinzu"), "\(late.text)")
      try ledger.record(
        .akten("akte.abgegeben", SampleFile.akte, #"{"stand":\#(stand + 1)}"#, on: "2024-05-01", id: "danach"))
    }
  }

  @Test func aDokumentFollowsItsVorgangOnlyWithinItsFile() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.approvePlan()
      let other = "akte/10.03/2012/2"
      for akte in [SampleFile.akte, other] { try ledger.openFile(akte) }
      try ledger.record(
        .akten("vorgang.angelegt", "vorgang/2-1", #"{"akte":"\#(other)"}"#, on: "2012-03-02"))
      try ledger.record(
        .akten("vorgang.angelegt", "vorgang/1-1", #"{"akte":"\#(SampleFile.akte)"}"#, on: "2012-03-02"))
      try ledger.record(
        .akten(
          "dokument.angelegt", "dokument/x", #"{"akte":"\#(SampleFile.akte)","vorgang":"vorgang/2-1"}"#,
          on: "2012-03-03"))
      try ledger.record(
        .akten(
          "dokument.angelegt", "dokument/y", #"{"akte":"\#(SampleFile.akte)","vorgang":"vorgang/1-1"}"#,
          on: "2012-03-03"))
      for akte in [SampleFile.akte, other] {
        try ledger.closeFile(akte)
        try ledger.record(.akten("akte.angeboten", akte, on: "2024-01-01"))
        try ledger.record(.akten("akte.archivbewertung-empfangen", akte, #"{"bewertung":"V"}"#, on: "2024-01-02"))
      }
      for (subject, art) in [("vorgang/2-1", "A"), ("vorgang/1-1", "B"), ("dokument/y", "V")] {
        let kind = subject.prefix { $0 != "/" }
        try ledger.record(
          .akten("\(kind).archivbewertung-empfangen", subject, #"{"bewertung":"\#(art)"}"#, on: "2024-01-03"))
      }
      // All in the file is decided: its Vorgang by the Dokument in it, the other Dokument not by the other file's Vorgang.
      try ledger.record(.akten("akte.vernichtet", SampleFile.akte, on: "2024-05-01"))
      let kept = try ledger.post(.akten("akte.vernichtet", other, on: "2024-05-01"))
      #expect(kept.status == 409, "\(kept.text)")
    }
  }

  @Test func partsOfAFileThatIsNotOfferedAreNotValued() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.openFile()
      try ledger.record(
        .akten("vorgang.angelegt", SampleFile.vorgang, #"{"akte":"\#(SampleFile.akte)"}"#, on: "2012-03-02"))
      let refused = try ledger.post(
        .akten("vorgang.archivbewertung-empfangen", SampleFile.vorgang, #"{"bewertung":"V"}"#, on: "2024-01-01"))
      #expect(refused.status == 409, "\(refused.text)")
      #expect(
        refused.text.contains("Die Akte ist nicht angeboten: Akte \(SampleFile.akte) ist offen"), "\(refused.text)")
    }
  }
}
