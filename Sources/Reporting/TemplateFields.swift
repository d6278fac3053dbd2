import Mustache

/// The names a template sees at one place. Every name it may ask for has an entry; one without content is
/// ``TemplateNothing``, so that the search does not go on in the fields around.
struct TemplateFields: MustacheParent {
  private let values: [String: Any]

  init(_ values: KeyValuePairs<String, Any?>) {
    self.values = Dictionary(values.map { ($0.key, $0.value ?? TemplateNothing()) }) { _, last in last }
  }

  func child(named name: String) -> Any? { values[name] }
}

/// Nothing: prints as no text, opens no section.
struct TemplateNothing: MustacheCustomRenderable {
  var renderText: String { "" }
  var isNull: Bool { true }
}

/// Rows that become fields only when a template asks for them.
struct TemplateRows: MustacheSequence {
  let rows: [ReportTable.Row]
  let fields: (ReportTable.Row) -> TemplateFields

  func makeIterator() -> some IteratorProtocol<TemplateFields> { rows.lazy.map(fields).makeIterator() }
}

/// Numbers that become texts only when a template asks for them.
struct TemplateNumbers: MustacheSequence {
  let numbers: [UInt64]

  func makeIterator() -> some IteratorProtocol<String> { numbers.lazy.map { String($0) }.makeIterator() }
}

/// A text that is made only when a template asks for it.
struct TemplateText: MustacheCustomRenderable {
  private let text: () -> String

  init(_ text: @escaping () -> String) {
    self.text = text
  }

  var renderText: String { text() }
  var isNull: Bool { false }
}

/// The outermost fields. A name that nothing knows ends here and is remembered: a typing error in a template must not
/// print as a gap.
final class TemplateRoot: MustacheParent {
  private let fields: TemplateFields
  private(set) var unknownNames: [String] = []

  init(_ fields: TemplateFields) {
    self.fields = fields
  }

  func child(named name: String) -> Any? {
    if let value = fields.child(named: name) { return value }
    unknownNames.append(name)
    return nil
  }
}
