/// The texts that entries name by numbers from 1: event types, actors, states.
struct NameTable: Sendable {
  private var texts: [String] = []
  private var numbers: [ExactText: UInt32] = [:]

  /// How many there are.
  var count: UInt32 { UInt32(texts.count) }

  func number(of text: String) -> UInt32? { numbers[ExactText(text)] }

  func text(_ number: UInt32) -> String? {
    number > 0 && number <= texts.count ? texts[Int(number) - 1] : nil
  }

  /// The number of a text, a new one where it has none.
  mutating func add(_ text: String) -> UInt32 {
    if let known = numbers[ExactText(text)] { return known }
    texts.append(text)
    numbers[ExactText(text)] = count
    return count
  }

  /// Takes names as a run has them.
  ///
  /// - Returns: false where they do not go on from those that are there.
  mutating func take(_ names: [IndexRunDescription.Name]) -> Bool {
    for name in names {
      guard name.number == count + 1, numbers[ExactText(name.text)] == nil else { return false }
      _ = add(name.text)
    }
    return true
  }

  /// Those behind a number.
  func names(above number: UInt32) -> [IndexRunDescription.Name] {
    texts.indices.dropFirst(Int(number)).map { IndexRunDescription.Name(number: UInt32($0) + 1, text: texts[$0]) }
  }
}
