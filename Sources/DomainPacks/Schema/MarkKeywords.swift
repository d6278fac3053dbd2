import LogFormat

/// The keywords `x-personal`, `x-person` and `x-not-before`.
extension SchemaCompiler {
  mutating func readPersonal(_ value: JSONValue, at pointer: String) throws(SchemaError) {
    guard let isPersonal = value.bool else { throw expected("true or false", value, pointer) }
    guard isPersonal else { return }
    try refuseUnderTest("x-personal", at: pointer)
    guard let reference = scope.person else {
      marks.personal = .subject
      return
    }
    if pointsToItself(reference) {
      throw SchemaError(pointer, "x-person points to the personal value itself; expected a pseudonymous reference")
    }
    marks.personal = .reference(reference)
  }

  func personReference(_ value: JSONValue, in json: JSONValue) throws(SchemaError) -> FieldMarks.Reference {
    try reference(value, at: scope.keyword("x-person").pointer, fromSelf: json["x-personal"]?.bool != true)
  }

  /// Reads a name or a JSON Pointer. A name is looked for where the mark stands and then outwards, in the first object
  /// whose schema declares it; where none does, it is a member of the object that holds the value.
  ///
  /// - Parameter fromSelf: looks in the value itself first, not only in what holds it.
  func reference(
    _ value: JSONValue, at pointer: String, fromSelf: Bool
  ) throws(SchemaError) -> FieldMarks.Reference {
    guard let text = value.string, !text.isEmpty else {
      throw expected("the name of a property or a JSON Pointer into the data", value, pointer)
    }
    try refuseUnderTest("a mark", at: pointer)
    if text.hasPrefix("/") { return .pointer(text) }
    let own = scope.frames.count - 1
    let holds = scope.frames[own].declared.isEmpty == false
    let holders = scope.frames.indices.dropLast().filter { index in
      if case .element = scope.frames[index + 1].step { false } else { true }
    }
    let depths = (holders + (fromSelf && holds || own == 0 ? [own] : [])).reversed()
    let declaring = depths.first { depth in
      scope.frames[depth].declared.contains { $0.utf8.elementsEqual(text.utf8) }
    }
    return .member(depth: declaring ?? depths.first ?? 0, name: text)
  }

  private func refuseUnderTest(_ mark: String, at pointer: String) throws(SchemaError) {
    guard let test = scope.test else { return }
    throw SchemaError(pointer, "\(mark) has no meaning under \"\(test)\"; expected it in properties, then or else")
  }

  private func pointsToItself(_ reference: FieldMarks.Reference) -> Bool {
    var path: [String] = []
    for frame in scope.frames.dropFirst() {
      guard case .member(let name) = frame.step else {
        path = []
        break
      }
      path.append(name)
    }
    switch reference {
    case .member(let depth, let name):
      guard scope.frames.count > depth + 1, case .member(let step) = scope.frames[depth + 1].step else { return false }
      return step == name
    case .pointer(let pointer):
      let own = path.map { "/" + JSONText.pointerToken($0) }.joined()
      return !own.isEmpty && (pointer == own || pointer.hasPrefix(own + "/"))
    }
  }

  /// The members that a schema declares for its value, in itself and in the schemas about the same value.
  static func declaredNames(in json: JSONValue) -> [String] {
    guard json.kind == .object else { return [] }
    var names = json["properties"].map { $0.members.map(\.name) } ?? []
    for keyword in ["allOf", "anyOf"] {
      for branch in json[keyword].map({ Array($0.elements) }) ?? [] { names += declaredNames(in: branch) }
    }
    for keyword in ["if", "then", "else"] {
      if let branch = json[keyword] { names += declaredNames(in: branch) }
    }
    return names
  }
}
