import Yams

/// A mapping in a configuration file. What has no meaning there is an error.
struct ConfigurationSection {
  let path: String
  private let mapping: Node.Mapping

  /// - Parameter members: the names that may stand in it; nil: any.
  init(_ node: Node, at path: String, members: Set<String>?) throws(ConfigurationError) {
    guard case .mapping(let mapping) = node else { throw ConfigurationError(path, "expected a mapping") }
    self.path = path
    self.mapping = mapping
    var seen: Set<String> = []
    for (key, _) in mapping {
      guard let name = key.string else { throw ConfigurationError(path, "expected a name, found another kind of key") }
      guard seen.insert(name).inserted else { throw ConfigurationError(place(name), "is there twice") }
      if let members, !members.contains(name) {
        throw ConfigurationError(place(name), "is unknown; expected \(members.sorted().joined(separator: ", "))")
      }
    }
  }

  var names: [String] { mapping.compactMap { $0.key.string } }

  func section(_ name: String, members: Set<String>?) throws(ConfigurationError) -> ConfigurationSection? {
    guard let node = mapping[name] else { return nil }
    return try ConfigurationSection(node, at: place(name), members: members)
  }

  func texts(_ name: String) throws(ConfigurationError) -> [String]? {
    guard let node = mapping[name] else { return nil }
    guard case .sequence(let sequence) = node else { throw ConfigurationError(place(name), "expected a list") }
    var texts: [String] = []
    for (index, item) in sequence.enumerated() {
      guard case .scalar(let scalar) = item else {
        throw ConfigurationError("\(place(name))[\(index)]", "expected a text")
      }
      texts.append(scalar.string)
    }
    return texts
  }

  func flag(_ name: String) throws(ConfigurationError) -> Bool? {
    guard let node = mapping[name] else { return nil }
    guard let flag = node.bool else { throw ConfigurationError(place(name), "expected true or false") }
    return flag
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
    guard let node = mapping[name] else { return nil }
    guard let number = node.int, range.contains(number) else {
      throw ConfigurationError(place(name), "expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
