/// The language of human text. Names in machine output are the same in both.
public enum Language: Sendable {
  case german
  case english
}

/// A sentence in both languages.
public struct Phrase: Sendable, Hashable {
  public let german: String
  public let english: String

  init(_ german: String, _ english: String) {
    self.german = german
    self.english = english
  }

  public func text(in language: Language) -> String {
    switch language {
    case .german: german
    case .english: english
    }
  }
}
