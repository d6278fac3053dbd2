import Foundation
import Testing

/// Who decides and releases, and what is no lawful answer.
struct ContractGateTests {
  private struct Problem: Decodable {
    var detail: String
    var pointer: String?
  }

  private func event(
    _ id: String, _ type: String, by authid: String, _ data: String = "{}", on subject: String = "vertrag/2026-0001"
  ) -> SampleEvent {
    SampleEvent(id: id, type: "de.aktenspur.\(type)", subject: subject, data: data).with("authid", "\"\(authid)\"")
  }

  @Test func decisionAndReleaseAreNeverTheSamePersons() throws {
    try LedgerUnderTest.run { ledger in
      let decision = #"{"steuerbar":"ja","regelversion":"2b-2026.1"}"#
      #expect(try ledger.post(event("1", "vertrag.2b-entschieden", by: "steuer", decision)).status == 409)
      #expect(try ledger.post(event("2", "vertrag.freigegeben", by: "leitung")).status == 409)
      try ledger.record(event("3", "vertrag.2b-angaben-erfasst", by: "fachdienst", #"{"richtung":"eingang"}"#))
      #expect(try ledger.post(event("4", "vertrag.2b-entschieden", by: "fachdienst", decision)).status == 409)
      #expect(try ledger.post(event("5", "vertrag.freigegeben", by: "leitung")).status == 409)
      try ledger.record(event("6", "vertrag.2b-entschieden", by: "steuer", decision))
      #expect(try ledger.post(event("7", "vertrag.freigegeben", by: "steuer")).status == 409)
      try ledger.record(event("8", "vertrag.freigegeben", by: "leitung"))
    }
  }

  @Test(arguments: [
    (#"{"leistung_von":"2027-02-01","leistung_bis":"2027-01-31"}"#, "/data/leistung_bis", "leistung_von"),
    (#"{"betrag_cent":-1}"#, "/data/betrag_cent", "0"),
    (#"{"betrag_cent":10.5}"#, "/data/betrag_cent", "integer"),
    (#"{"jahresumsatz_gleichartig_cent":-1}"#, "/data/jahresumsatz_gleichartig_cent", "0"),
    (#"{"widerruf_wirksam_ab":"2026-07-01"}"#, "/data/widerruf_wirksam_ab", "§ 27 Abs. 22 Satz 6"),
    (
      #"{"richtung":"eingang","jahresumsatz_gleichartig_cent":1}"#, "/data/jahresumsatz_gleichartig_cent",
      "Ausgangsleistungen"
    ),
  ])
  func answerThatIsNotLawfulIsRefusedWithFieldAndReason(data: String, pointer: String, reason: String) throws {
    try LedgerUnderTest.run { ledger in
      let answer = try ledger.post(event("1", "vertrag.2b-angaben-erfasst", by: "fachdienst", data))
      #expect(answer.status == 422)
      let problem = try answer.decoded(Problem.self)
      #expect(problem.pointer == pointer)
      #expect(problem.detail.contains(reason), "\(problem.detail)")
    }
  }

  @Test(arguments: [
    (
      #"{"widerruf_wirksam_ab":"2026-01-01","taetigkeitsgruppe":"Parken"}"#, "/data/taetigkeitsgruppe",
      "§ 27 Abs. 22a Satz 3"
    ),
    (#"{"widerruf_wirksam_ab":"2026-04-01"}"#, "/data/widerruf_wirksam_ab", "§ 27 Abs. 22 Satz 6"),
  ])
  func revocationOfThePartOrWithinTheYearIsRefused(data: String, pointer: String, reason: String) throws {
    try LedgerUnderTest.run { ledger in
      let answer = try ledger.post(event("1", "option.widerrufen", by: "steuer", data, on: "option/ustg-27-22"))
      #expect(answer.status == 422)
      let problem = try answer.decoded(Problem.self)
      #expect(problem.pointer == pointer)
      #expect(problem.detail.contains(reason), "\(problem.detail)")
    }
  }

  @Test(arguments: [
    #"{"handlungsform":"privatrechtlich","katalog_abs4":"anhang_I"}"#,
    #"{"handlungsform":"privatrechtlich","jahresumsatz_gleichartig_cent":100}"#,
    #"{"richtung":"ausgang","empfaenger":"eigene_organisationseinheit","befreiung":"strittig_4_12a","option_9":true}"#,
    #"{"betrag_cent":0,"leistung_von":"2027-01-01","leistung_bis":"2027-01-01","widerruf_wirksam_ab":null}"#,
    #"{"gegenleistung":"keine","leistender":"privatrechtlich","satz_klasse":"ermaessigt"}"#, "{}",
  ])
  func unusualButLawfulAnswersAreTaken(data: String) throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(event("1", "vertrag.2b-angaben-erfasst", by: "fachdienst", data))
    }
  }
}
