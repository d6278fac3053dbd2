import Foundation
import Testing

/// The life of an Akte, from its Aktenplan to its disposal, as an office would drive it: over the real socket, with the
/// real command. Every scenario ends in the verification of the whole ledger.
struct FileLifeTests {
  @Test func aFileLivesFromItsPlanToItsDisposal() throws {
    try LedgerUnderTest.run { ledger in
      let file = ledger.folder.file("vermerk.pdf")
      try Data("Inhalt des Vermerks".utf8).write(to: file)
      let put = try Program.run(
        Repository.program, ["documents", "put", file.path, "--socket", ledger.socket])
      try #require(put.status == 0, "\(put.errors)")
      let start = try #require(put.text.range(of: "sha256:")).lowerBound
      let content = String(put.text[start...].prefix(71))
      try ledger.approvePlan()
      try ledger.openFile()
      try ledger.fileDocument(content: content)
      try ledger.record(
        .akten(
          "akte.wiedervorlage-gesetzt", SampleFile.akte, #"{"termin":"2012-09-01","grund":"Nachtrag"}"#,
          on: "2012-03-08"))
      let due = try ledger.command("disposal", "due", arguments: ["--json", "--effective", "2012-09-01"])
      #expect(
        due.text.contains(#""was":"wiedervorlage","subject":"\#(SampleFile.akte)""#), "\(due.text)\(due.errors)")
      try ledger.record(.akten("akte.wiedervorlage-erledigt", SampleFile.akte, on: "2012-09-02"))
      try ledger.closeFile(on: "2013-04-01")
      try ledger.record(
        .akten("akte.zda-aufgehoben", SampleFile.akte, #"{"grund":"Nachtrag"}"#, on: "2013-04-10", by: "leitung-1"))
      try ledger.record(.akten("vorgang.zda-verfuegt", SampleFile.vorgang, on: "2013-04-20"))
      try ledger.closeFile()

      let offer = ledger.folder.file("0501.xml")
      let offered = try ledger.disposal(
        "offer", "-o", offer.path, "--archive", "Kreisarchiv", "--authid", "registratur-1")
      #expect(offered.status == 0, "\(offered.errors)")
      #expect(try ledger.state(of: SampleFile.akte) == "angeboten")
      // The log holds its digest: nothing takes its place.
      let again = try ledger.disposal("offer", "-o", offer.path, "--archive", "Kreisarchiv", SampleFile.akte)
      #expect(again.status == 73 && again.errors.contains("is there already"), "\(again.errors)")
      let offerText = try String(contentsOf: offer, encoding: .utf8)
      #expect(offerText.contains("<xdomea:Wert>\(content.dropFirst(7))</xdomea:Wert>"))
      #expect(offerText.contains("<xdomea:Aufbewahrungsende>2023-12-31</xdomea:Aufbewahrungsende>"))

      let decision = ledger.folder.file("0502.xml")
      try archiveAnswer(to: Data(contentsOf: offer), ["10.03/2012/1": "A"]).write(to: decision)
      for _ in 1...2 {
        let decided = try ledger.disposal("decide", decision.path)
        #expect(decided.status == 0, "\(decided.errors)")
      }
      let early = try ledger.disposal("destroy", SampleFile.akte, "--reason", "Aussonderung 2024")
      #expect(early.status == 65)
      #expect(early.errors.contains("als archivwürdig bewertet und noch nicht abgegeben"), "\(early.errors)")

      let folder = ledger.folder.file("0503")
      let handedOver = try ledger.disposal("transfer", "-o", folder.path, "--archive", "Kreisarchiv")
      #expect(handedOver.status == 0, "\(handedOver.errors)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.contains { $0.hasSuffix("_Aussonderung.Aussonderung.0503.xml") })
      let handed = try #require(names.first { $0.hasSuffix("_vermerk.pdf") })
      #expect(try String(contentsOf: folder.appending(path: handed), encoding: .utf8) == "Inhalt des Vermerks")
      let destroyed = try ledger.disposal(
        "destroy", "--due", "--reason", "Aussonderung 2024", "--authid", "registratur-1")
      #expect(destroyed.status == 0, "\(destroyed.errors)")
      #expect(try ledger.state(of: SampleFile.akte) == "vernichtet")

      let history = try ledger.command("history", "--json", SampleFile.akte).output.decoded(
        HistoryTests.Document.self)
      let states = history.entries.filter { $0.subject == SampleFile.akte && $0.field == "zustand" }
      #expect(
        states.map { "\($0.old?.text ?? "") → \($0.new?.text ?? "")" } == [
          " → offen", "offen → zda", "zda → offen", "offen → zda", "zda → angeboten", "angeboten → bewertet",
          "bewertet → abgegeben", "abgegeben → vernichtet",
        ])
      let document = history.entries.filter { $0.subject == SampleFile.dokument && $0.field == "status" }
      #expect(
        document.map { "\($0.old?.text ?? "") → \($0.new?.text ?? "")" } == [
          "bearbeitung → pruefung", "pruefung → freigabe", "freigabe → archiv",
        ])
      // Reading the content for the archive, and its destruction, are in the history.
      let reading = try #require(history.entries.first { $0.action == "Inhalt gelesen" })
      #expect(reading.remark == "Abgabe an das Archiv")
      let end = try #require(history.entries.last { $0.subject == SampleFile.akte })
      #expect(end.actor == "registratur-1" && end.remark == "Aussonderung 2024")
      #expect(history.entries.last?.action == "Inhalt vernichtet")
      let accesses = try ledger.command(
        "query",
        arguments: ["--format", "json", "SELECT count(*) AS n FROM akte_zugriff WHERE akte = '\(SampleFile.akte)'"])
      #expect(try accesses.output.decoded([[String: Int]].self) == [["n": 1]])
      #expect(try ledger.get("/v1/documents/\(content)?subject=dokument/4711&grund=x").status != 200)
      // All of it is still there, and can be proved.
      let lines = try ledger.command("events", "--subject", SampleFile.akte).lines
      #expect(lines.count == 10)
    }
  }

  // MARK: What is refused

  @Test func whatMustBeKeptIsNotDestroyed() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.approvePlan()
      func expectRefused(_ event: SampleEvent, _ reason: String) throws {
        let answer = try ledger.post(event)
        #expect(answer.status == 409, "\(answer.text)")
        #expect(answer.text.contains(reason), "\(answer.text)")
      }
      func destruction(_ akte: String, _ id: String) -> SampleEvent {
        .akten("akte.vernichtet", akte, on: "2024-05-01", id: id)
      }
      let today = Date.now.formatted(.iso8601.year().month().day())
      // Offered and valued V; the retention runs on.
      let young = "akte/10.04/1"
      try ledger.openFile(young, plan: "10.04")
      try ledger.closeFile(young, on: today)
      try expectRefused(destruction(young, "a"), "Die Aufbewahrungsfrist ist nicht abgelaufen: bis ")
      try ledger.record(.akten("akte.angeboten", young, on: today))
      try ledger.record(.akten("akte.archivbewertung-empfangen", young, #"{"bewertung":"V"}"#, on: today))
      try expectRefused(destruction(young, "b"), "Die Aufbewahrungsfrist ist nicht abgelaufen: bis ")
      // A time of its own choice does not open what is closed today.
      var later = destruction(young, "c")
      later.time = "2099-01-01T00:00:00Z"
      try expectRefused(later, "Die Aufbewahrungsfrist ist nicht abgelaufen")
      try expectRefused(
        .akten("akte.frist-gesetzt", young, #"{"aufbewahrung_jahre":0,"grund":"eilig"}"#, on: today),
        "Eine Frist wird nur verlängert: bisher 6 Jahre")
      // The retention is over; a hold stands.
      let held = "akte/10.04/2"
      try ledger.openFile(held, plan: "10.04")
      try ledger.closeFile(held)
      try ledger.record(.akten("akte.angeboten", held, on: today))
      try ledger.record(.akten("akte.archivbewertung-empfangen", held, #"{"bewertung":"V"}"#, on: today))
      try ledger.record(.akten("akte.gesperrt", held, #"{"grund":"Klage anhängig"}"#, on: today, by: "rechtsamt-1"))
      try expectRefused(destruction(held, "d"), "Die Aussonderung ist gesperrt: seit \(today), Klage anhängig")
      try expectRefused(
        .akten("akte.sperre-aufgehoben", held, #"{"grund":"zurück"}"#, on: today, by: "rechtsamt-1"),
        "Wer eine Sperre gesetzt oder verlängert hat, hebt sie nicht auf: rechtsamt-1")
      try ledger.record(.akten("akte.sperre-aufgehoben", held, #"{"grund":"beendet"}"#, on: today, by: "leitung-1"))
      try ledger.record(destruction(held, "e"))
      // Recorded is recorded: the same event again gets its receipt.
      #expect(try ledger.post(destruction(held, "e")).status == 200)
      // Nothing is known of how long it must be kept.
      let unknown = "akte/77/1"
      try ledger.openFile(unknown, plan: "77")
      try ledger.closeFile(unknown)
      try ledger.record(.akten("akte.angeboten", unknown, on: today))
      try ledger.record(.akten("akte.archivbewertung-empfangen", unknown, #"{"bewertung":"V"}"#, on: today))
      try expectRefused(destruction(unknown, "f"), "Keine Aufbewahrungsfrist bekannt")
    }
  }

  @Test func aContentStaysAsLongAsALivingDocumentRefersToIt() throws {
    try LedgerUnderTest.run { ledger in
      let file = ledger.folder.file("a.txt")
      try Data("gemeinsam".utf8).write(to: file)
      let put = try Program.run(Repository.program, ["documents", "put", file.path, "--socket", ledger.socket])
      let start = try #require(put.text.range(of: "sha256:")).lowerBound
      let content = String(put.text[start...].prefix(71))
      for number in ["1", "2"] {
        try ledger.record(.akten("dokument.angelegt", "dokument/\(number)", on: "2024-01-01"))
        try ledger.record(
          .akten("dokument.version-erstellt", "dokument/\(number)", #"{"inhalt":"\#(content)"}"#, on: "2024-01-02"))
      }
      func destroy() throws -> Program.Result {
        try Program.run(
          Repository.program,
          ["documents", "destroy", content, "--reason", "r", "--legal-basis", "b", "--socket", ledger.socket])
      }
      try ledger.record(.akten("dokument.vernichtet", "dokument/1", #"{"grund":"Irrläufer"}"#, on: "2024-01-03"))
      let kept = try destroy()
      #expect(kept.status == 65)
      #expect(kept.errors.contains("dokument/2"), "\(kept.errors)")
      try ledger.record(.akten("dokument.vernichtet", "dokument/2", #"{"grund":"Irrläufer"}"#, on: "2024-01-03"))
      #expect(try destroy().status == 0)
    }
  }

  @Test func personalDataOfAnAkteAreKeptWhileItsRetentionOrAHoldRuns() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.approvePlan()
      try ledger.openFile(plan: "10.04")
      try ledger.record(
        .akten(
          "dokument.angelegt", "dokument/9", #"{"akte":"\#(SampleFile.akte)","verfasser":"M. Beispiel"}"#,
          on: "2012-03-03"))
      func erase() throws -> Program.Result {
        try Program.run(
          Repository.program,
          ["erase", "dokument/9", "--reason", "r", "--legal-basis", "b", "--authid", "ds-1", "--socket", ledger.socket])
      }
      #expect(try erase().errors.contains("die Frist beginnt mit der zdA-Verfügung"))
      try ledger.closeFile()
      try ledger.record(
        .akten("akte.gesperrt", SampleFile.akte, #"{"grund":"Klage"}"#, on: "2020-01-01", by: "rechtsamt-1"))
      let held = try erase()
      #expect(held.status == 65)
      #expect(held.errors.contains("Die Aussonderung ist gesperrt"), "\(held.errors)")
      try ledger.record(
        .akten("akte.sperre-aufgehoben", SampleFile.akte, #"{"grund":"beendet"}"#, on: "2020-02-01", by: "leitung-1")
      )
      #expect(try erase().status == 0)
    }
  }

  @Test func aHoldAndADestructionInOneBatchAreNotTakenTogether() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.openFile()
      let answer = try ledger.postBatch([
        .akten("akte.gesperrt", SampleFile.akte, #"{"grund":"Klage"}"#, on: "2024-01-01"),
        .akten("akte.vernichtet", SampleFile.akte, on: "2024-01-02"),
      ])
      #expect(answer.status == 409)
      #expect(answer.text.contains("behind event 0 on its subject"), "\(answer.text)")
    }
  }

  @Test func aDocumentTakesOnlyTheStepsItMayAndNothingInTheArchive() throws {
    try LedgerUnderTest.run { ledger in
      func status(_ state: String, _ id: String) throws -> Answer {
        try ledger.post(
          .akten("dokument.status-geaendert", "dokument/1", #"{"status":"\#(state)"}"#, on: "2024-01-02", id: id))
      }
      try ledger.record(.akten("dokument.angelegt", "dokument/1", on: "2024-01-01"))
      let skipped = try status("freigabe", "a")
      #expect(skipped.status == 409)
      #expect(
        skipped.text.contains(#"allowed in: \"pruefung\"; the subject is in state \"bearbeitung\""#), "\(skipped.text)")
      #expect(try status("weg", "b").status == 422)
      for (state, id) in [
        ("pruefung", "c"), ("bearbeitung", "d"), ("pruefung", "e"), ("freigabe", "f"), ("archiv", "g"),
      ] {
        #expect(try status(state, id).status == 201, "\(state)")
      }
      // The state survives the daemon, and the index that is made anew.
      ledger.stop()
      try FileManager.default.removeItem(at: ledger.folder.file("ledger/cache"))
      try ledger.start()
      #expect(try ledger.state(of: "dokument/1") == "archiv")
      for (type, data) in [("dokument.version-erstellt", "{}"), ("dokument.geaendert", #"{"titel":"x"}"#)] {
        #expect(try ledger.post(.akten(type, "dokument/1", data, on: "2024-01-03")).status == 409, "\(type)")
      }
      #expect(try status("bearbeitung", "h").status == 409)
    }
  }

  @Test func theAktenplanIsReleasedByAnotherAndThenStays() throws {
    try LedgerUnderTest.run { ledger in
      func position(_ id: String) -> SampleEvent {
        .akten(
          "aktenplan.position-erfasst", "aktenplan/2026", #"{"kennzeichen":"10","bezeichnung":"Hauptverwaltung"}"#,
          on: "2026-01-01", by: "registratur-1", id: id)
      }
      func release(_ actor: String) throws -> Answer {
        try ledger.post(
          .akten("aktenplan.freigegeben", "aktenplan/2026", #"{"gilt_ab":"2026-02-01"}"#, on: "2026-01-02", by: actor))
      }
      #expect(try release("leitung-1").status == 409)
      try ledger.record(position("a"))
      #expect(try release("registratur-1").status == 409)
      #expect(try release("leitung-1").status == 201)
      #expect(try ledger.post(position("b")).status == 409)
    }
  }

  // MARK: What comes in

  @Test func aChangeLogOfTheDMSIsTakenInOnce() throws {
    try LedgerUnderTest.run { ledger in
      func change(_ id: String, _ type: String, _ time: Int) -> String {
        #"{"object":{"properties":{"cmis:objectId":{"id":"cmis:objectId","value":"\#(id)"},"cmis:name":{"id":"cmis:name","value":"Bescheid"}},"changeEventInfo":{"changeType":"\#(type)","changeTime":\#(time)}}}"#
      }
      let log =
        #"{"objects":[\#(change("D1", "created", 1_700_000_000_000)),\#(change("D1", "updated", 1_700_000_100_000)),\#(change("D1", "deleted", 1_700_000_200_000))],"hasMoreItems":false}"#
      func takeIn(_ text: String) throws -> Program.Result {
        try ledger.command(
          "import", arguments: ["cmis", "-", "--socket", ledger.socket, "--json"], input: Data(text.utf8))
      }
      let first = try takeIn(log)
      #expect(first.status == 0, "\(first.errors)\(first.text)")
      #expect(first.text.contains(#""count":4,"recorded":4"#), "\(first.text)")
      #expect(try takeIn(log).text.contains(#""count":3,"recorded":0"#))
      let result = try ledger.command("query", arguments: ["--format", "json", "SELECT subject, titel FROM dokument"])
      #expect(result.text.contains(#"{"subject":"dokument/D1","titel":"Bescheid"}"#), "\(result.text)")
      let broken = try takeIn(log.replacing("updated", with: "verschoben"))
      #expect(broken.status == 65)
      // A log that begins in the middle of a document's life, with a key as a DMS has them.
      let later =
        #"{"objects":[\#(change("workspace://Store/7_41;1.0", "updated", 1_700_000_300_000)),\#(change("D1", "updated", 1_700_000_400_000))]}"#
      #expect(try takeIn(later).text.contains(#""count":3,"recorded":3"#))
      #expect(try takeIn(later).text.contains(#""count":2,"recorded":0"#))
      let documents = try ledger.command(
        "query", arguments: ["--format", "csv", "SELECT subject, titel FROM dokument ORDER BY 1"])
      #expect(
        documents.text
          == "subject,titel\r\ndokument/D1,Bescheid\r\ndokument/workspace_3A_2F_2FStore_2F7_5F41_3B1.0,Bescheid\r\n")
    }
  }

  @Test func aDocumentThatBeginsWithAVersionBelongsToItsFile() throws {
    try LedgerUnderTest.run { ledger in
      let content = "sha256:" + String(repeating: "a", count: 64)
      for (number, event) in [
        SampleEvent.akten("akte.angelegt", "akte/1", on: "2026-01-05"),
        .akten("dokument.version-erstellt", "dokument/1", #"{"inhalt":"\#(content)"}"#, on: "2026-01-05"),
        .akten("dokument.geaendert", "dokument/1", #"{"akte":"akte/1","titel":"T"}"#, on: "2026-01-06"),
        .akten("akte.gesperrt", "akte/1", #"{"grund":"Klage"}"#, on: "2026-01-07"),
      ].enumerated() {
        #expect(try ledger.post(event).status == 201, "\(number)")
      }
      #expect(
        try ledger.post(.akten("dokument.geaendert", "dokument/1", #"{"akte":"akte/2"}"#, on: "2026-01-08")).status
          == 409)
      let rows = try ledger.command(
        "query",
        arguments: ["--format", "csv", "SELECT subject FROM akte_gegenstand WHERE akte = 'akte/1' ORDER BY 1"])
      #expect(rows.text == "subject\r\nakte/1\r\ndokument/1\r\n")
    }
  }

  @Test func theRetentionOfAClosedFileIsNotShortenedByALaterPlan() throws {
    try LedgerUnderTest.run { ledger in
      func plan(_ year: Int, _ years: Int) throws {
        let subject = "aktenplan/\(year)"
        try ledger.record(
          .akten(
            "aktenplan.position-erfasst", subject,
            #"{"kennzeichen":"10","bezeichnung":"B","aufbewahrung_jahre":\#(years)}"#, on: "\(year)-01-02", by: "a"))
        try ledger.record(
          .akten("aktenplan.freigegeben", subject, #"{"gilt_ab":"\#(year)-01-01"}"#, on: "\(year)-01-03", by: "b"))
      }
      try plan(2010, 10)
      try ledger.record(.akten("akte.angelegt", "akte/1", #"{"aktenplan":"10"}"#, on: "2020-01-01"))
      try ledger.record(.akten("akte.zda-verfuegt", "akte/1", on: "2020-06-01"))
      try plan(2026, 2)
      func period(_ years: Int) throws -> Answer {
        try ledger.post(
          .akten(
            "akte.frist-gesetzt", "akte/1", #"{"aufbewahrung_jahre":\#(years),"grund":"g"}"#, on: "2026-01-08",
            id: "\(years)"))
      }
      #expect(try period(3).status == 409)
      #expect(try period(11).status == 201)
      // A plan released for the past applies to it, which is a finding.
      func findings() throws -> String {
        try ledger.command("report", arguments: ["statusbericht", "--period", "2026-H1", "--format", "json"]).text
      }
      #expect(try !findings().contains("aktenplan/2019"))
      try ledger.record(
        .akten(
          "aktenplan.position-erfasst", "aktenplan/2019",
          #"{"kennzeichen":"10","bezeichnung":"B","aufbewahrung_jahre":1}"#, on: "2026-02-01", by: "a"))
      try ledger.record(
        .akten("aktenplan.freigegeben", "aktenplan/2019", #"{"gilt_ab":"2019-01-01"}"#, on: "2026-02-02", by: "b"))
      #expect(try findings().contains("aktenplan/2019: gilt ab 2019-01-01"))
    }
  }

  @Test func aFileClosedOnADayThatIsNotYetThereKeepsItsPersonalData() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(.akten("akte.angelegt", "akte/1", #"{"aufbewahrungsart":"belege"}"#, on: "2020-01-01"))
      try ledger.record(
        .akten("dokument.angelegt", "dokument/1", #"{"akte":"akte/1","verfasser":"Erika Beispiel"}"#, on: "2020-01-01"))
      try ledger.record(.akten("akte.zda-verfuegt", "akte/1", on: "9999-12-31"))
      let end = try ledger.command("query", arguments: ["--format", "csv", "SELECT zda, ende FROM akte_frist"])
      #expect(end.text == "zda,ende\r\n9999-12-31,9999-12-31\r\n")
      let refused = try Program.run(
        Repository.program,
        ["erase", "dokument/1", "--reason", "r", "--legal-basis", "b", "--authid", "anna", "--socket", ledger.socket])
      #expect(refused.status == 65 && refused.errors.contains("zdA-Verfügung gilt heute nicht"), "\(refused.errors)")
    }
  }

  @Test func aHistoryHasOneLineForEachRowWhateverItsTextsHold() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(
        .akten("akte.angelegt", "akte/1", #"{"titel":"A\u001b[2K\nB"}"#, on: "2026-01-05", by: "anna"))
      let text = try ledger.command("history", arguments: ["akte/1"]).text
      #expect(text.contains(#"A\u{1B}[2K\u{A}B"#) && !text.contains("\u{1B}"), "\(text)")
      let content = try SampleContent(Data("x".utf8), in: ledger.folder)
      #expect(try ledger.put(content).status == 201)
      for reason in ["a%0A96%20landrat", "%00"] {
        #expect(try ledger.get(content.path + "?subject=akte/1&grund=" + reason).status == 400)
      }
      let blank = try ledger.post(.akten("akte.geaendert", "akte/1", #"{"titel":"C"}"#, on: "2026-01-06", by: "anna "))
      #expect(blank.status == 400 && blank.text.contains("authid"), "\(blank.text)")
    }
  }

  @Test func aHoldThatIsOverIsRefusedAndATransferPeriodIsSetBesideAnUnlimitedOne() throws {
    try LedgerUnderTest.run { ledger in
      let later = (Date() + 2 * 86_400).formatted(.iso8601.year().month().day())
      func post(_ type: String, _ data: String, _ id: String) throws -> Answer {
        try ledger.post(.akten(type, "akte/1", data, on: "2026-01-05", by: "registratur-1", id: id))
      }
      #expect(try post("akte.angelegt", #"{"titel":"T"}"#, "1").status == 201)
      let over = try post("akte.gesperrt", #"{"grund":"Klage","bis":"2020-12-31"}"#, "2")
      #expect(over.status == 409 && over.text.contains("2020-12-31"), "\(over.text)")
      #expect(try post("akte.gesperrt", #"{"grund":"Klage","bis":"\#(later)"}"#, "3").status == 201)
      #expect(try post("akte.frist-gesetzt", #"{"unbefristet":true,"grund":"g"}"#, "4").status == 201)
      #expect(try post("akte.frist-gesetzt", #"{"transfer_jahre":5,"grund":"g"}"#, "5").status == 201)
      #expect(try post("akte.frist-gesetzt", #"{"aufbewahrung_jahre":99,"grund":"g"}"#, "6").status == 409)
      let set = try ledger.command(
        "query",
        arguments: ["--format", "csv", "SELECT unbefristet, transfer_jahre FROM akte_frist_gesetzt"])
      #expect(set.text == "unbefristet,transfer_jahre\r\n1,5\r\n")
    }
  }
}
