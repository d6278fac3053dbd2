import LogFormat
import ReadModels
import TransparencyLog

/// Writes JSON in the order it is told, without white space: same calls, same bytes.
struct JSONWriter {
  private var bytes: [UInt8] = []
  /// Whether the next member or element needs a comma before it.
  private var needsComma = false

  mutating func object(_ members: (inout JSONWriter) -> Void) {
    container(open: "{", close: "}", members)
  }

  mutating func array<Elements: Sequence>(
    _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
  ) {
    container(open: "[", close: "]") { writer in
      for element in elements { write(&writer, element) }
    }
  }

  mutating func name(_ name: String) {
    separate()
    JSONText.append(name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  mutating func string(_ text: String) {
    separate()
    JSONText.append(text, to: &bytes)
    needsComma = true
  }

  /// Text that is JSON already: a number, `true`, `null`.
  mutating func literal(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
    needsComma = true
  }

  /// The text written so far, ended by LF.
  consuming func line() -> [UInt8] {
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private mutating func container(
    open: Unicode.Scalar, close: Unicode.Scalar, _ content: (inout JSONWriter) -> Void
  ) {
    separate()
    bytes.append(UInt8(ascii: open))
    needsComma = false
    content(&self)
    bytes.append(UInt8(ascii: close))
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }
}

extension JSONWriter {
  mutating func sequences(_ sequences: [UInt64]) {
    array(sequences) { $0.literal(String($1)) }
  }

  mutating func head(_ head: LogHead) {
    object { writer in
      writer.name("size")
      writer.literal(String(head.size))
      writer.name("root")
      writer.string(head.root.base64)
    }
  }

  mutating func figures(_ figures: [FigureValue]) {
    array(figures) { writer, figure in
      writer.object { writer in
        writer.name("name")
        writer.string(figure.name)
        writer.name("title")
        writer.string(figure.title)
        writer.name("value")
        writer.literal(figure.value.text)
        writer.name("unit")
        writer.string(figure.unit)
        writer.name("sequences")
        writer.sequences(figure.sequences)
        writer.name("asof")
        writer.head(figure.asof)
        writer.name("effective")
        writer.string(figure.effective)
        guard !figure.notes.isEmpty else { return }
        writer.name("notes")
        writer.array(figure.notes) { writer, note in writer.string(note) }
      }
    }
  }

  /// A value of a row: text as a string, numbers as numbers, bytes in base64.
  mutating func value(_ value: SQLValue) {
    switch value {
    case .null: literal("null")
    case .integer(let number): literal(String(number))
    // JSON has no infinities; SQLite stores no NaN.
    case .real(let number): number.isFinite ? literal(String(number)) : literal("null")
    case .text(let text): string(text)
    case .blob(let bytes): string(Base64.encode(bytes))
    }
  }
}
