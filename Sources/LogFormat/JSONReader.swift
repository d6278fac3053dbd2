/// Reads strict JSON in one pass, writing the compact text and the places of its values as it goes; of one text, or of
/// several that come one after the other and stay together.
///
/// The reader is on the append path, so it works on raw bytes, copies them in one piece where there is no white space to
/// leave out, and allocates two buffers for all texts and nothing per value.
package struct JSONReader: ~Copyable {
  static let maximumDepth = 64

  /// The text that is being read.
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  private var position = 0
  /// Has room for all texts.
  private let output: UnsafeMutableRawBufferPointer
  /// Everything before it in the input is in the output, or white space.
  private var copied = 0
  /// How far behind its place in the output a byte of the input is, for all from ``copied`` on: less by each byte of white
  /// space left out, more by the texts before.
  private var shift = 0
  private var nodes: JSONNodes
  /// For each open container the node of the current member's name, or the number of the current element.
  private let path: UnsafeMutableBufferPointer<Step>
  private var depth = 0

  private enum Step {
    case member(node: Int)
    case element(Int)
    case start
  }

  /// Reads one text.
  ///
  /// - Returns: the compact text, and the places of its values.
  static func read(_ text: UnsafeRawBufferPointer) throws(JSONError) -> (bytes: [UInt8], nodes: [JSONNode]) {
    guard text.count <= Int(UInt32.max) else {
      throw JSONError(.tooLarge(limit: Int(UInt32.max)), offset: 0, pointer: "")
    }
    // The closure does not carry typed errors out, so the result is carried instead.
    var result = Result<Void, JSONError>.success(())
    let document = read(room: text.count) { reader in
      do throws(JSONError) { _ = try reader.read(text) } catch { result = .failure(error) }
    }
    try result.get()
    return document
  }

  /// Reads several texts.
  ///
  /// - Parameters:
  ///   - room: how long they are together at most, in bytes; less than 4 GiB.
  ///   - body: is to call ``read(_:)`` for each.
  /// - Returns: the compact texts, one behind the other, and the places of their values.
  static func read(room: Int, _ body: (inout JSONReader) -> Void) -> (bytes: [UInt8], nodes: [JSONNode]) {
    precondition(room <= Int(UInt32.max), "more text than places can be told apart in")
    var nodes: [JSONNode] = []
    let bytes = [UInt8](unsafeUninitializedCapacity: room) { output, count in
      count = withUnsafeTemporaryAllocation(of: Step.self, capacity: maximumDepth) { path in
        var reader = JSONReader(UnsafeMutableRawBufferPointer(output), path)
        body(&reader)
        nodes = reader.nodes.all
        return reader.outputCount
      }
    }
    return (bytes, nodes)
  }

  private init(_ output: UnsafeMutableRawBufferPointer, _ path: UnsafeMutableBufferPointer<Step>) {
    self.output = output
    self.path = path
    nodes = JSONNodes(capacity: 16 + output.count / 16)
  }

  /// Reads the next text.
  ///
  /// - Returns: the place of its root among the nodes.
  /// - Throws: its first error; then nothing of it stays.
  package mutating func read(_ text: UnsafeRawBufferPointer) throws(JSONError) -> Int {
    precondition(text.count <= output.count - outputCount, "more text than there is room for")
    let (root, start) = (nodes.count, outputCount)
    input = text
    (position, copied, shift, depth) = (0, 0, start, 0)
    do {
      try readDocument()
    } catch {
      nodes.cut(to: root)
      (copied, shift) = (0, start)
      throw error
    }
    return root
  }

  private mutating func readDocument() throws(JSONError) {
    skipWhitespace()
    try readValue()
    skipWhitespace()
    guard position == input.count else { throw error(.trailingBytes) }
    copy()
  }

  /// Where in the output the byte at ``position`` has its place.
  private var place: UInt32 { UInt32(truncatingIfNeeded: position + shift) }

  private var outputCount: Int { copied + shift }

  /// Brings the output up to ``position``.
  private mutating func copy() {
    guard position > copied, let source = input.baseAddress, let target = output.baseAddress else { return }
    (target + (copied + shift)).copyMemory(from: source + copied, byteCount: position - copied)
    copied = position
  }

  // MARK: Values

  private mutating func readValue() throws(JSONError) {
    guard position < input.count else { throw error(.unexpectedEnd(expected: "a JSON value")) }
    switch input[position] {
    case UInt8(ascii: "{"): try readObject()
    case UInt8(ascii: "["): try readArray()
    case UInt8(ascii: "\""): try readString()
    case UInt8(ascii: "t"): try readLiteral("true", .true)
    case UInt8(ascii: "f"): try readLiteral("false", .false)
    case UInt8(ascii: "n"): try readLiteral("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
    default: throw error(.unexpected(found: input[position], expected: "a JSON value"))
    }
  }

  private mutating func readObject() throws(JSONError) {
    let node = try open(.object)
    var members = 0
    var names = NameMarks()
    skipWhitespace()
    if peek() != UInt8(ascii: "}") {
      while true {
        guard position < input.count else { throw error(.unexpectedEnd(expected: "a member name")) }
        guard input[position] == UInt8(ascii: "\"") else {
          throw error(.unexpected(found: input[position], expected: "a member name in quotes"))
        }
        let name = nodes.count
        try readString()
        path[depth - 1] = .member(node: name)
        members += 1
        names.note(nodes[name], input, end: position)
        skipWhitespace()
        try take(UInt8(ascii: ":"), expected: "':' after the member name")
        skipWhitespace()
        try readValue()
        skipWhitespace()
        guard peek() == UInt8(ascii: ",") else { break }
        position += 1
        skipWhitespace()
      }
    }
    try take(UInt8(ascii: "}"), expected: "',' or '}'")
    if names.mayRepeat { try refuseDuplicates(in: node, members: members) }
    close(node)
  }

  private mutating func readArray() throws(JSONError) {
    let node = try open(.array)
    skipWhitespace()
    if peek() != UInt8(ascii: "]") {
      var index = 0
      while true {
        path[depth - 1] = .element(index)
        try readValue()
        skipWhitespace()
        guard peek() == UInt8(ascii: ",") else { break }
        position += 1
        skipWhitespace()
        index += 1
      }
    }
    try take(UInt8(ascii: "]"), expected: "',' or ']'")
    close(node)
  }

  private mutating func open(_ kind: JSONNode.Kind) throws(JSONError) -> Int {
    guard depth < JSONReader.maximumDepth else { throw error(.tooDeep(limit: JSONReader.maximumDepth)) }
    nodes.append(JSONNode(kind: kind, escaped: false, start: place, end: place, next: 0))
    path[depth] = .start
    depth += 1
    position += 1
    return nodes.count - 1
  }

  private mutating func close(_ node: Int) {
    nodes[node].end = place
    nodes[node].next = UInt32(nodes.count)
    depth -= 1
  }

  private mutating func readLiteral(_ word: StaticString, _ kind: JSONNode.Kind) throws(JSONError) {
    let start = position
    for offset in 0..<word.utf8CodeUnitCount {
      guard position < input.count else { throw error(.unexpectedEnd(expected: "\(word)")) }
      guard input[position] == word.utf8Start[offset] else {
        throw error(.unexpected(found: input[position], expected: "\(word)"))
      }
      position += 1
    }
    appendScalar(kind, from: start, escaped: false)
  }

  /// RFC 8259 §6: `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`
  private mutating func readNumber() throws(JSONError) {
    let start = position
    if peek() == UInt8(ascii: "-") { position += 1 }
    if peek() == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits()
    }
    if peek() == UInt8(ascii: ".") {
      position += 1
      try skipDigits()
    }
    if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
      position += 1
      if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      try skipDigits()
    }
    if let byte = peek(), JSONReader.isDigit(byte) { throw error(.invalidNumber) }
    appendScalar(.number, from: start, escaped: false)
  }

  private mutating func skipDigits() throws(JSONError) {
    guard let first = peek(), JSONReader.isDigit(first) else { throw error(.invalidNumber) }
    while let byte = peek(), JSONReader.isDigit(byte) { position += 1 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  // MARK: Strings

  private mutating func readString() throws(JSONError) {
    let start = position
    position += 1
    var escaped = false
    while true {
      skipPlainBytes()
      guard position < input.count else { throw error(.unexpectedEnd(expected: "the closing quote of a string")) }
      let byte = input[position]
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        escaped = true
        try skipEscape()
      } else if byte < 0x20 {
        throw error(.unescapedControlCharacter(byte))
      } else {
        try skipMultibyteScalar()
      }
    }
    position += 1
    appendScalar(.string, from: start, escaped: escaped)
  }

  /// Skips printable ASCII other than quote and backslash, sixteen bytes at a time.
  private mutating func skipPlainBytes() {
    var place = position
    defer { position = place }
    while place + 16 <= input.count {
      let (word, next) = (EightBytes(input, at: place), EightBytes(input, at: place + 8))
      if let first = EightBytes.first(in: word.mustBeEscaped | word.notASCII) {
        place += first
        return
      }
      if let first = EightBytes.first(in: next.mustBeEscaped | next.notASCII) {
        place += 8 + first
        return
      }
      place += 16
    }
    while place < input.count {
      let byte = input[place]
      if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      place += 1
    }
  }

  private mutating func skipEscape() throws(JSONError) {
    let start = position
    guard position + 1 < input.count else { throw error(.unexpectedEnd(expected: "an escape sequence")) }
    switch input[position + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 2
    case UInt8(ascii: "u"):
      let unit = try hexUnit(at: start)
      position += 6
      if (0xDC00...0xDFFF).contains(unit) { throw error(.loneSurrogate, at: start) }
      if (0xD800...0xDBFF).contains(unit) {
        guard position + 1 < input.count, input[position] == UInt8(ascii: "\\"),
          input[position + 1] == UInt8(ascii: "u")
        else { throw error(.loneSurrogate, at: start) }
        let low = try hexUnit(at: position)
        guard (0xDC00...0xDFFF).contains(low) else { throw error(.loneSurrogate, at: start) }
        position += 6
      }
    default:
      throw error(.invalidEscape)
    }
  }

  private mutating func hexUnit(at offset: Int) throws(JSONError) -> UInt16 {
    guard offset + 6 <= input.count else { throw error(.invalidEscape, at: offset) }
    var unit: UInt16 = 0
    for place in offset + 2..<offset + 6 {
      guard let digit = JSONText.hexValue(of: input[place]) else { throw error(.invalidEscape, at: offset) }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// One scalar of two to four bytes, in the well-formed ranges of RFC 3629 §4.
  private mutating func skipMultibyteScalar() throws(JSONError) {
    let first = input[position]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw error(.invalidUTF8)
    }
    guard position + length <= input.count, second.contains(input[position + 1]) else { throw error(.invalidUTF8) }
    for offset in 2..<max(length, 2) where input[position + offset] & 0xC0 != 0x80 { throw error(.invalidUTF8) }
    position += length
  }

  // MARK: Member names

  private mutating func refuseDuplicates(in object: Int, members: Int) throws(JSONError) {
    copy()
    // Few members: compare each pair in place. Many: a set, so that a hostile object costs linear time.
    if members <= 8 {
      if let other = repeatedName(in: object) { throw duplicate(other) }
    } else {
      var seen = Set<[UInt8]>(minimumCapacity: members)
      var name = object + 1
      while name < nodes.count {
        guard seen.insert(decoded(name)).inserted else { throw duplicate(name) }
        name = Int(nodes[name + 1].next)
      }
    }
  }

  /// The first name that another before it is equal to, each compared with those behind it.
  private func repeatedName(in object: Int) -> Int? {
    var name = object + 1
    while name < nodes.count {
      let node = nodes[name]
      let following = Int(nodes[name + 1].next)
      var other = following
      while other < nodes.count {
        if namesAreEqual(node, nodes[other]) { return other }
        other = Int(nodes[other + 1].next)
      }
      name = following
    }
    return nil
  }

  @inline(__always)
  private func namesAreEqual(_ left: JSONNode, _ right: JSONNode) -> Bool {
    if left.escaped || right.escaped { return decoded(left) == decoded(right) }
    guard left.end - left.start == right.end - right.start else { return false }
    for offset in 0..<Int(left.end - left.start)
    where output[Int(left.start) + offset] != output[Int(right.start) + offset] {
      return false
    }
    return true
  }

  private func decoded(_ name: Int) -> [UInt8] { decoded(nodes[name]) }

  private func decoded(_ node: JSONNode) -> [UInt8] {
    JSONText.decode(output[Int(node.start) + 1..<Int(node.end) - 1], escaped: node.escaped)
  }

  private mutating func duplicate(_ name: Int) -> JSONError {
    let text = String(decoding: decoded(name), as: UTF8.self)
    let parent = pointer(upTo: depth - 1)
    return JSONError(.duplicateMember(text), offset: position, pointer: parent + "/" + JSONText.pointerToken(text))
  }

  // MARK: Bytes

  private func peek() -> UInt8? { position < input.count ? input[position] : nil }

  @inline(__always)
  private mutating func skipWhitespace() {
    if position < input.count, input[position] <= 0x20 { leaveOutWhitespace() }
  }

  private mutating func leaveOutWhitespace() {
    copy()
    while position < input.count {
      switch input[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default:
        shift -= position - copied
        copied = position
        return
      }
    }
    shift -= position - copied
    copied = position
  }

  private mutating func take(_ byte: UInt8, expected: String) throws(JSONError) {
    guard position < input.count else { throw error(.unexpectedEnd(expected: expected)) }
    guard input[position] == byte else { throw error(.unexpected(found: input[position], expected: expected)) }
    position += 1
  }

  private mutating func appendScalar(_ kind: JSONNode.Kind, from start: Int, escaped: Bool) {
    nodes.append(
      JSONNode(
        kind: kind, escaped: escaped, start: UInt32(truncatingIfNeeded: start + shift), end: place,
        next: UInt32(nodes.count + 1)))
  }

  // MARK: Errors

  private mutating func error(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
    JSONError(reason, offset: offset ?? position, pointer: pointer(upTo: depth))
  }

  private mutating func pointer(upTo depth: Int) -> String {
    copy()
    return path[..<depth].reduce(into: "") { text, step in
      switch step {
      case .start: break
      case .element(let index): text += "/\(index)"
      case .member(let node): text += "/" + JSONText.pointerToken(String(decoding: decoded(node), as: UTF8.self))
      }
    }
  }
}

/// Whether an object can have a name twice: most have none that could be another, which is known without comparing them.
private struct NameMarks {
  private var seen: UInt64 = 0
  private(set) var mayRepeat = false

  /// - Parameter end: behind the name's closing quote in the input.
  @inline(__always)
  mutating func note(_ name: JSONNode, _ input: UnsafeRawBufferPointer, end: Int) {
    let length = Int(name.end - name.start) - 2
    // An escaped name can be that of any length.
    guard !name.escaped, length > 0 else {
      mayRepeat = true
      return
    }
    // The attributes of CloudEvents all have marks of their own. A name of one letter is taken with the quote behind it.
    let start = end - 1 - length
    let mark = UInt64(1) << UInt64((Int(input[start]) &+ Int(input[start + 1]) &+ 2 &* length) & 63)
    if seen & mark != 0 { mayRepeat = true }
    seen |= mark
  }
}

/// The places of a text's values while it is read: an array would ask at each of them whether it is its only owner.
private struct JSONNodes: ~Copyable {
  private var room: UnsafeMutableBufferPointer<JSONNode>
  private(set) var count = 0

  init(capacity: Int) {
    room = .allocate(capacity: capacity)
  }

  deinit {
    room.deallocate()
  }

  @inline(__always)
  mutating func append(_ node: JSONNode) {
    if count == room.count { grow() }
    room.initializeElement(at: count, to: node)
    count += 1
  }

  mutating func cut(to count: Int) {
    precondition(count <= self.count, "a value that has not been read")
    self.count = count
  }

  private mutating func grow() {
    let larger = UnsafeMutableBufferPointer<JSONNode>.allocate(capacity: 2 * room.count)
    _ = larger.initialize(from: room[..<count])
    room.deallocate()
    room = larger
  }

  @inline(__always)
  subscript(place: Int) -> JSONNode {
    get {
      precondition(place < count, "a value that has not been read")
      return room[place]
    }
    set {
      precondition(place < count, "a value that has not been read")
      room[place] = newValue
    }
  }

  var all: [JSONNode] { Array(room[..<count]) }
}
