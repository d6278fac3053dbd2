import Foundation

/// A large register of contracts with the tax check: how soon a list is there, and how long a rebuild takes.
extension Session {
  /// What people look at: by Fachdienst, what is to be done, what changes, what ends, one contract.
  private static let lists = [
    "SELECT fachdienst, stand, count(*) FROM vertrag_2b_stand GROUP BY fachdienst, stand",
    "SELECT vertrag, regel, fehlende_angaben FROM vertrag_2b WHERE regel = 'offen' LIMIT 1000",
    "SELECT vertrag, leistungsdatum, regel, norm, folge FROM vertrag_2b WHERE steuerstatus = 'zu_pruefen' LIMIT 1000",
    """
    SELECT vertrag, min(kuendigen_bis), min(ende) FROM vertrag_termin
    WHERE monat = '2026-12' AND kuendigen_bis BETWEEN '2026-12-31' AND '2027-03-31' GROUP BY vertrag LIMIT 1000
    """,
    "SELECT gruppe, jahr, summe_cent FROM vertrag_2b_gruppensumme WHERE summe_cent > grenze_cent",
    "SELECT * FROM vertrag_2b WHERE vertrag = 'vertrag/17'",
    "SELECT regel, ausgang, antwort FROM vertrag_2b_spur WHERE vertrag = 'vertrag/17' ORDER BY zeile, nr",
  ]

  func contracts(_ count: Int) throws {
    try daemon.start()
    progress("contracts: sending \(count * ContractText.eventsOfEach) events")
    let file = folder.path + "/contracts.ndjson"
    try ContractText.write(count, to: file)
    _ = try command.run(["append", "--socket", daemon.socket, file])
    unlink(file)
    try daemon.settle()
    try lists()
    let records = try records()
    try daemon.stop()
    try rebuild("contracts-rebuild", records: records)
    let result = try command.run(["verify", "--ledger", daemon.ledger, "--json"])
    let verdict = try JSONSerialization.jsonObject(with: result.output) as? [String: Any]
    guard verdict?["ok"] as? Bool == true, verdict?["records"] as? Int == records else {
      throw BenchError("verify says of \(records) records: \(String(decoding: result.output, as: UTF8.self))")
    }
    report.note("verified: \(records) records about \(count) contracts")
  }

  /// The slowest of the lists, as the command gives it to its user.
  private func lists() throws {
    var slowest = 0.0
    var usages: [Usage] = []
    for list in Session.lists {
      progress("contracts: " + list.prefix(60))
      var seconds: [Double] = []
      for _ in 1...size.wholeRepetitions {
        let result = try command.run(["query", "--ledger", daemon.ledger, "--format", "json", list])
        seconds.append(result.usage.seconds)
        usages.append(result.usage)
      }
      report.note("\(Report.text(seconds.median)) s: \(list.split(whereSeparator: \.isNewline).joined(separator: " "))")
      slowest = max(slowest, seconds.median)
    }
    report.add(Row("contracts-list", value: slowest, unit: "s", limit: 1, usages: usages))
  }
}
