/// Reads a policy file line by line.
struct WitnessPolicyReader {
  private(set) var logs: [WitnessPolicy.Log] = []
  private(set) var witnesses: [WitnessPolicy.Witness] = []
  private(set) var quorum: WitnessPolicy.Quorum?

  private typealias Item = ArraySlice<UInt8>

  /// Witnesses and groups by their names, which are bytes.
  private var defined: [[UInt8]: WitnessPolicy.Quorum] = [:]
  private var members: Set<[UInt8]> = []
  /// The lines on which public keys have been seen.
  private var logLines: [[UInt8]: Int] = [:]
  private var witnessLines: [[UInt8]: Int] = [:]

  mutating func read(_ line: ArraySlice<UInt8>, number: Int) throws(WitnessPolicyError) {
    guard line.allSatisfy({ $0 == tab || ($0 >= 0x20 && $0 != 0x7F) }) else {
      throw .malformed(line: number, expected: "no control characters other than the tab")
    }
    let items = line.split { $0 == tab || $0 == UInt8(ascii: " ") }
    guard let keyword = items.first, keyword.first != UInt8(ascii: "#") else { return }
    let rest = Array(items.dropFirst())
    switch String(decoding: keyword, as: UTF8.self) {
    case "log": try readLog(rest, number)
    case "witness": try readWitness(rest, number)
    case "group": try readGroup(rest, number)
    case "quorum": try readQuorum(rest, number)
    default: throw .malformed(line: number, expected: "log, witness, group or quorum")
    }
  }

  private mutating func readLog(_ items: [Item], _ number: Int) throws(WitnessPolicyError) {
    guard (1...2).contains(items.count) else {
      throw .malformed(line: number, expected: "log <vkey> [<url>]")
    }
    let key = try key(items[0], number)
    guard !key.isWitness else {
      throw .key(line: number, .unsupportedAlgorithm(name: key.name, algorithm: key.algorithm.rawValue))
    }
    if let first = logLines[key.publicKey] { throw .duplicateKey(line: number, first: first) }
    logLines[key.publicKey] = number
    logs.append(WitnessPolicy.Log(key: key, url: url(items.dropFirst())))
  }

  private mutating func readWitness(_ items: [Item], _ number: Int) throws(WitnessPolicyError) {
    guard (2...3).contains(items.count) else {
      throw .malformed(line: number, expected: "witness <name> <vkey> [<url>]")
    }
    var key = try key(items[1], number)
    if key.algorithm == .ed25519 {
      do {
        key = try VerifierKey(name: key.name, algorithm: .ed25519Cosignature, publicKey: key.publicKey)
      } catch {
        throw .key(line: number, error)
      }
    }
    guard key.isWitness else {
      throw .key(line: number, .unsupportedAlgorithm(name: key.name, algorithm: key.algorithm.rawValue))
    }
    if let first = witnessLines[key.publicKey] { throw .duplicateKey(line: number, first: first) }
    witnessLines[key.publicKey] = number
    try define(items[0], as: .witness(key), number)
    witnesses.append(WitnessPolicy.Witness(name: text(items[0]), key: key, url: url(items.dropFirst(2))))
  }

  private mutating func readGroup(_ items: [Item], _ number: Int) throws(WitnessPolicyError) {
    guard items.count >= 3 else {
      throw .malformed(line: number, expected: "group <name> all|any|<number> <member>…")
    }
    let names = items.dropFirst(2)
    let threshold: Int
    switch text(items[1]) {
    case "all": threshold = names.count
    case "any": threshold = 1
    default:
      guard let count = DecimalNumber.parse(items[1]), (1...UInt64(names.count)).contains(count) else {
        throw .malformed(line: number, expected: "all, any or a number from 1 to \(names.count), the members given")
      }
      threshold = Int(count)
    }
    var group: [WitnessPolicy.Quorum] = []
    for name in names {
      group.append(try definition(of: name, number))
      guard members.insert(Array(name)).inserted else { throw .repeatedMember(line: number, name: text(name)) }
    }
    try define(items[0], as: .group(threshold: threshold, members: group), number)
  }

  private mutating func readQuorum(_ items: [Item], _ number: Int) throws(WitnessPolicyError) {
    guard let name = items.first, items.count == 1 else {
      throw .malformed(line: number, expected: "quorum <name>, or quorum none")
    }
    guard quorum == nil else { throw .secondQuorum(line: number) }
    quorum = isNone(name) ? WitnessPolicy.Quorum.none : try definition(of: name, number)
  }

  private mutating func define(
    _ name: Item, as member: WitnessPolicy.Quorum, _ number: Int
  ) throws(WitnessPolicyError) {
    guard !isNone(name) else { throw .reservedName(line: number) }
    guard defined.updateValue(member, forKey: Array(name)) == nil else {
      throw .duplicateName(line: number, name: text(name))
    }
  }

  private func definition(of name: Item, _ number: Int) throws(WitnessPolicyError) -> WitnessPolicy.Quorum {
    guard let member = defined[Array(name)] else { throw .undefinedName(line: number, name: text(name)) }
    return member
  }

  private func key(_ vkey: Item, _ number: Int) throws(WitnessPolicyError) -> VerifierKey {
    guard let text = String(validating: vkey, as: UTF8.self) else {
      throw .malformed(line: number, expected: "a vkey in UTF-8")
    }
    do {
      return try VerifierKey(text)
    } catch {
      throw .key(line: number, error)
    }
  }

  private func isNone(_ name: Item) -> Bool { name.elementsEqual("none".utf8) }

  private func url(_ items: some Collection<Item>) -> String? { items.first.map(text) }

  private func text(_ item: Item) -> String { String(decoding: item, as: UTF8.self) }
}

private let tab = UInt8(ascii: "\t")
