import Mustache
import ReadModels
import TransparencyLog

extension History {
  /// The history as a page of its own: one table, which says of each record who did what when, and of each field what it
  /// was before and after. It needs nothing from elsewhere and reads well aloud, at 200 % and on paper.
  public var html: [UInt8] {
    get throws { Array(try HistoryPage.template().render(HistoryPage.context(of: self)).utf8) }
  }
}

private enum HistoryPage {
  static func template() throws -> MustacheTemplate {
    _ = ReportTemplate.registered
    return try MustacheTemplate(string: "{{% CONTENT_TYPE: \(HTMLEscape.name)}}\n" + text)
  }

  static func context(of history: History) -> [String: Any] {
    var groups: [[History.Entry]] = []
    for entry in history.entries {
      if groups.last?.first?.sequence == entry.sequence {
        groups[groups.count - 1].append(entry)
      } else {
        groups.append([entry])
      }
    }
    return [
      "subject": history.subject, "parts": history.parts, "has_parts": !history.parts.isEmpty,
      "part_count": history.parts.count, "record_count": groups.count, "asof_size": String(history.asof.size),
      "asof_root": history.asof.root.base64, "records": groups.map { record(of: $0) },
    ]
  }

  private static func record(of entries: [History.Entry]) -> [String: Any] {
    guard let first = entries.first else { return [:] }
    return [
      "sequence": String(first.sequence), "subject": first.subject, "actor": first.actor, "time": first.time,
      "time_text": GermanText.moment(first.time), "recorded": first.recordedTime,
      "recorded_text": GermanText.moment(first.recordedTime), "action": first.action, "remark": first.remark ?? "",
      "count": String(entries.count), "first": row(first), "others": entries.dropFirst().map(row),
    ]
  }

  private static func row(_ entry: History.Entry) -> [String: Any] {
    ["field": entry.field ?? "", "old": History.shown(entry.old), "new": History.shown(entry.new)]
  }

  private static let text = """
    <!DOCTYPE html>
    <html lang="de">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>Verlauf {{subject}}</title>
    <style>
    body { font: 1rem/1.5 sans-serif; color: #1a1a1a; background: #fff; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
    .sprung { position: absolute; left: -100rem; }
    .sprung:focus { left: 1rem; top: .5rem; background: #fff; padding: .25rem .5rem; }
    .rahmen { overflow-x: auto; }
    a:focus, .rahmen:focus { outline: .2rem solid #004a99; outline-offset: .1rem; }
    table { border-collapse: collapse; width: 100%; }
    caption { text-align: left; font-weight: bold; padding: .25rem 0; }
    th, td { border: 1px solid #767676; padding: .35rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
    thead th { background: #f2f2f2; }
    tbody th { font-weight: normal; }
    dt { font-weight: bold; }
    dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
    @media print { .sprung { display: none; } thead { display: table-header-group; } tr { break-inside: avoid; } }
    </style>
    </head>
    <body>
    <a class="sprung" href="#verlauf">Zum Verlauf springen</a>
    <header>
    <h1>Verlauf {{subject}}</h1>
    <dl>
    <dt>Datensätze</dt><dd>{{record_count}}</dd>
    {{#has_parts}}
    <dt>Mit erfasst</dt><dd>{{part_count}}: {{#parts}}{{.}}{{^last()}}, {{/last()}}{{/parts}}</dd>
    {{/has_parts}}
    <dt>Wissensstand</dt><dd>die ersten {{asof_size}} Datensätze des Ereignisprotokolls, Wurzel <code>{{asof_root}}</code></dd>
    </dl>
    <p>Alte und neue Werte sind aus dem Protokoll errechnet. Versiegelte Angaben bleiben versiegelt.</p>
    </header>
    <main id="verlauf" tabindex="-1">
    <div class="rahmen" role="region" aria-labelledby="titel" tabindex="0">
    <table>
    <caption id="titel">Änderungen und Zugriffe in der Reihenfolge des Protokolls</caption>
    <thead><tr><th scope="col">Datensatz</th><th scope="col">Zeit</th><th scope="col">Akteur</th><th scope="col">Gegenstand</th><th scope="col">Aktion</th><th scope="col">Feld</th><th scope="col">Alter Wert</th><th scope="col">Neuer Wert</th><th scope="col">Bemerkung</th></tr></thead>
    {{#records}}
    <tbody>
    <tr><th scope="rowgroup" rowspan="{{count}}">{{sequence}}</th><td rowspan="{{count}}"><time datetime="{{time}}">{{time_text}}</time><br>aufgezeichnet <time datetime="{{recorded}}">{{recorded_text}}</time></td><td rowspan="{{count}}">{{actor}}</td><td rowspan="{{count}}">{{subject}}</td><td rowspan="{{count}}">{{action}}</td>{{#first}}<td>{{field}}</td><td>{{old}}</td><td>{{new}}</td>{{/first}}<td rowspan="{{count}}">{{remark}}</td></tr>
    {{#others}}
    <tr><td>{{field}}</td><td>{{old}}</td><td>{{new}}</td></tr>
    {{/others}}
    </tbody>
    {{/records}}
    </table>
    </div>
    </main>
    </body>
    </html>

    """
}
