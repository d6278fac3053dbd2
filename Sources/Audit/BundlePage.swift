import LogFormat
import TransparencyLog

/// `LIESMICH.html`: says in German what a bundle is and how to check it, with both verifiers and by hand.
///
/// The commands in its `pre` elements are whole: pasted into a shell in the unpacked bundle, one after the other, they
/// check it.
struct BundlePage {
  let description: BundleDescription
  let key: VerifierKey
  /// The sizes of the older checkpoints in the bundle.
  let olderSizes: [UInt64]

  init(_ description: BundleDescription, key: VerifierKey, olderSizes: [UInt64]) {
    self.description = description
    self.key = key
    self.olderSizes = olderSizes
  }

  private var isWhole: Bool { description.selection == .all }

  var html: String {
    let origin = BundlePage.escape(description.origin)
    return """
      <!DOCTYPE html>
      <html lang="de">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Prüfpaket des Protokolls \(origin)</title>
      <style>
      body { font: 1rem/1.5 sans-serif; color: #1a1a1a; background: #fff; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
      table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
      caption { text-align: left; font-weight: bold; padding: .25rem 0; }
      th, td { border: 1px solid #767676; padding: .35rem .5rem; text-align: left; vertical-align: top; }
      pre { background: #f2f2f2; border: 1px solid #767676; padding: .75rem; overflow-x: auto; }
      code, pre { font-family: monospace; }
      td code { overflow-wrap: anywhere; }
      </style>
      </head>
      <body>
      <main>
      <h1>Prüfpaket des Protokolls \(origin)</h1>
      \(introduction)
      \(contents)
      \(programs)
      \(byHand)
      \(meanings)
      \(limits)
      </main>
      </body>
      </html>

      """
  }

  // MARK: What it is

  private var introduction: String {
    """
    <h2>Was das ist</h2>
    <p>Das Protokoll hält jede Änderung an einem Vorgang als einen Datensatz fest. Jeder Datensatz enthält den
    SHA-256-Hashwert seines Vorgängers, und über alle Datensätze zusammen ist ein Hashbaum (RFC 6962) gebildet, dessen
    Wurzel signiert ist. Wer auch nur ein Byte ändert, weglässt, einfügt oder umstellt, ändert die Wurzel.</p>
    <p>Dieses Paket enthält \(isWhole ? "das ganze Protokoll" : "eine Auswahl der Datensätze") und alles, womit es sich ohne
    Netz, ohne die Stelle, die das Protokoll führt, und ohne deren Programm prüfen lässt.</p>
    <table>
    <caption>Angaben zu diesem Paket</caption>
    <tbody>
    <tr><th scope="row">Protokoll</th><td>\(BundlePage.escape(description.origin))</td></tr>
    <tr><th scope="row">Auswahl</th><td>\(selection)</td></tr>
    <tr><th scope="row">Datensätze im Protokoll</th><td>\(description.size) (Nummern 0 bis \(description.size - 1))</td></tr>
    <tr><th scope="row">Wurzel des Hashbaums</th><td><code>\(description.root.base64)</code></td></tr>
    <tr><th scope="row">Prüfschlüssel</th><td><code>\(BundlePage.escape("\(key)"))</code></td></tr>
    </tbody>
    </table>
    """
  }

  private var selection: String {
    switch description.selection {
    case .all: "das ganze Protokoll"
    case .subject(let subject): "die Datensätze zu „\(BundlePage.escape(subject))“"
    case .range(let from, let to): "die Datensätze \(from) bis \(to)"
    }
  }

  // MARK: What is inside

  private var contents: String {
    var rows = [
      ("bundle.json", "Angaben zum Paket, maschinenlesbar"),
      ("LIESMICH.html", "diese Seite"),
      ("verifier.key", "der Prüfschlüssel des Protokolls (Ed25519, öffentlicher Teil)"),
      (
        "checkpoint",
        "die signierte Prüfsumme: Name des Protokolls, Zahl der Datensätze, Wurzel; darunter die Signatur des Protokolls und, "
          + "wo es sie gibt, Gegensignaturen anderer Stellen"
      ),
    ]
    if !olderSizes.isEmpty {
      rows.append(("checkpoints/", "ältere Prüfsummen, die das Haus früher verlassen haben"))
    }
    if isWhole {
      rows.append(("log/", "die Datensätze, einer je Zeile, in der Form, über die die Hashwerte gebildet sind"))
    } else {
      if !olderSizes.isEmpty {
        rows.append(("consistency/", "Beweise, dass das Protokoll jede der älteren Prüfsummen unverändert fortsetzt"))
      }
      rows.append(
        (
          "records.ndjson",
          "die ausgewählten Datensätze, einer je Zeile, in der Form, über die die Hashwerte gebildet sind; dazu immer "
            + "Datensatz 0, die Datensätze über die Fachpakete und über die Verankerung bei anderen Stellen"
        ))
      rows.append(("proofs/", "zu jedem dieser Datensätze der Beweis, dass er an seiner Stelle im Protokoll steht"))
    }
    rows.append(
      (
        "documents/",
        "Inhalte, auf die sich Datensätze berufen: die Regeln der Fachpakete, Antworten der Zeitstempeldienste und deren "
          + "Zertifikate; der Name jeder Datei ist ihr SHA-256-Hashwert"
      ))
    return """
      <h2>Was darin ist</h2>
      <p>Das Paket ist ein gewöhnliches tar-Archiv.</p>
      \(BundlePage.table("Dateien des Pakets", ["Datei", "Inhalt"], rows.map { ("<code>\($0.0)</code>", $0.1) }))
      """
  }

  // MARK: How to check it

  private var programs: String {
    """
    <h2>Prüfen mit einem Programm</h2>
    <p>Es gibt zwei voneinander unabhängige Prüfprogramme; sie haben keinen gemeinsamen Quelltext und müssen zum selben
    Ergebnis kommen. <code>PAKET</code> steht für den Namen dieses Pakets.</p>
    <ul>
    <li>Das Programm des Protokolls: <code>aktenspur verify --bundle PAKET</code></li>
    <li>Das zweite Prüfprogramm, ein kurzes lesbares Skript, das nur Python 3 und <code>openssl</code> braucht:
    <code>python3 verify.py PAKET</code></li>
    </ul>
    <p>Aussagekräftig wird die Prüfung mit Angaben, die nicht aus diesem Paket stammen:</p>
    <ul>
    <li><code>--key SCHLÜSSEL</code>: der Prüfschlüssel, den Sie bei der Einrichtung des Protokolls notiert haben. Ohne ihn wird
    der Schlüssel aus Datensatz 0 genommen.</li>
    <li><code>--checkpoint DATEI</code>: eine Prüfsumme, die Sie früher erhalten haben. Sie zeigt, dass seitdem nichts geändert
    wurde, auch nicht von jemandem, der den geheimen Schlüssel hat.</li>
    </ul>
    <p>Beide Programme enden mit dem Status 0, wenn alles stimmt, und mit 1, wenn es Befunde gibt.</p>
    """
  }

  private var byHand: String {
    """
    <h2>Prüfen von Hand</h2>
    <p>Nötig sind nur eine Bash, <code>sha256sum</code> und <code>openssl</code> ab Version 3. Entpacken Sie das Paket mit
    <code>tar -xf PAKET</code> in einen leeren Ordner und führen Sie die Befehle dort der Reihe nach in derselben Bash aus.</p>
    <h3>Die Signatur der Prüfsumme</h3>
    <p>Es muss „Signature Verified Successfully“ erscheinen.</p>
    \(BundlePage.commands(BundleCommands.signature))
    <h3>\(isWhole ? "Die Kette der Datensätze" : "Die Beweise der Datensätze")</h3>
    \(isWhole ? wholeByHand : selectionByHand)
    <h3>Die Dokumente</h3>
    <p>Der Hashwert jeder Datei muss ihr Name sein (die beiden Zeichen des Ordners und die des Dateinamens). Es darf nichts
    ausgegeben werden.</p>
    \(BundlePage.commands(BundleCommands.documents))
    """
  }

  private var wholeByHand: String {
    """
    <p>Für jeden Datensatz wird der Hashwert gebildet und mit dem verglichen, den sein Nachfolger nennt; danach werden die
    Hashwerte paarweise bis zur Wurzel zusammengefasst. Am Ende muss „Die Wurzel stimmt.“ erscheinen und davor nichts. Bei vielen
    Datensätzen dauert das.</p>
    \(BundlePage.commands(BundleCommands.hashing + "\n" + BundleCommands.chain))
    """
  }

  private var selectionByHand: String {
    """
    <p>Für jeden Datensatz wird der Hashwert gebildet und mit den Hashwerten seines Beweises bis zur Wurzel weitergerechnet. Zu
    jedem Datensatz muss „stimmt“ erscheinen.</p>
    \(BundlePage.commands(BundleCommands.hashing + "\n" + BundleCommands.inclusion))
    """
  }

  // MARK: What the result means

  private var meanings: String {
    let rows = [
      ("altered", "Ein Datensatz ist nicht der, der geschrieben wurde."),
      ("missing", "Ein Datensatz fehlt, oder es fehlt eine Datei des Pakets oder ein Beweis."),
      ("reordered", "Ein echter Datensatz steht an der falschen Stelle."),
      ("inserted", "Eine Zeile gehört nicht in das Protokoll."),
      ("truncated", "Das Protokoll endet früher, als eine Prüfsumme sagt."),
      ("malformed", "Eine Zeile ist kein Datensatz, oder eine Datei des Pakets hat nicht die vorgeschriebene Form."),
      ("signature", "Eine Prüfsumme fehlt, ist unlesbar oder nicht mit dem Schlüssel des Protokolls signiert."),
      (
        "inconsistent",
        "Das Protokoll setzt eine ältere Prüfsumme nicht fort: Es wurde nach deren Ausstellung verändert oder ersetzt."
      ),
      ("duplicate", "Zwei Datensätze tragen dieselbe Kennung."),
      ("version", "Die Versionen zu einem Gegenstand sind nicht lückenlos."),
      ("time", "Die Zeiten der Erfassung sind nicht schlüssig."),
      ("document-missing", "Ein Inhalt, auf den sich ein Datensatz beruft, fehlt."),
      ("document-altered", "Ein Inhalt ist nicht der, auf den sich ein Datensatz beruft."),
    ]
    return """
      <h2>Was ein Befund bedeutet</h2>
      <p>Kein Befund: Die Datensätze sind die, über die die Prüfsumme ausgestellt wurde. Ein Befund nennt, soweit er einen
      Datensatz betrifft, dessen Nummer. Er sagt, dass etwas nicht stimmt, aber nicht, wer es war oder warum. Bewahren Sie das
      Paket dann unverändert auf, vergleichen Sie es mit einem zweiten Exemplar und mit dem Protokoll selbst.</p>
      \(BundlePage.table("Arten von Befunden", ["Art", "Bedeutung"], rows.map { ("<code>\($0.0)</code>", $0.1) }))
      """
  }

  private var limits: String {
    var sentences = [
      "Die Prüfung zeigt, dass nichts nachträglich geändert wurde. Ob ein Datensatz von Anfang an richtig war, zeigt sie nicht."
    ]
    switch description.selection {
    case .all: break
    case .subject:
      sentences.append(
        "Die Versionen zu dem Gegenstand sind durchgezählt; eine Lücke dazwischen fällt auf. Ob es nach dem letzten enthaltenen "
          + "Datensatz noch weitere zu ihm gibt, zeigt nur das ganze Protokoll.")
    case .range:
      sentences.append("Über Datensätze außerhalb der Auswahl sagt das Paket nur, dass es sie gibt.")
    }
    sentences.append(
      "Diese Seite und bundle.json sind nicht signiert. Maßgeblich sind die Datensätze, ihre Beweise und die Prüfsumme."
    )
    return """
      <h2>Was die Prüfung nicht zeigt</h2>
      <ul>
      \(sentences.map { "<li>\($0)</li>" }.joined(separator: "\n"))
      </ul>
      """
  }

  // MARK: HTML

  private static func table(_ caption: String, _ heads: [String], _ rows: [(String, String)]) -> String {
    """
    <table>
    <caption>\(caption)</caption>
    <thead><tr>\(heads.map { "<th scope=\"col\">\($0)</th>" }.joined())</tr></thead>
    <tbody>
    \(rows.map { "<tr><th scope=\"row\">\($0.0)</th><td>\($0.1)</td></tr>" }.joined(separator: "\n"))
    </tbody>
    </table>
    """
  }

  private static func commands(_ text: String) -> String {
    "<pre tabindex=\"0\"><code>\(escape(text))</code></pre>"
  }

  private static func escape(_ text: String) -> String {
    // By scalars: with a combining character behind it, "<" is another `Character`.
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }
}
