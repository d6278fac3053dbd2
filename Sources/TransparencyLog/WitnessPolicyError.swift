/// What is wrong with a policy file, where, and what was expected.
public enum WitnessPolicyError: Error, Hashable, Sendable {
  /// A line, counted from 1, is not as the format says.
  case malformed(line: Int, expected: String)
  /// The vkey of a line cannot be used there.
  case key(line: Int, NoteError)
  /// Two log lines, or two witness lines, hold the same public key; which is enough to be one, whatever their names.
  case duplicateKey(line: Int, first: Int)
  /// A name is defined a second time; witnesses and groups share one space of names.
  case duplicateName(line: Int, name: String)
  /// A name that no line above defines.
  case undefinedName(line: Int, name: String)
  /// A name is the member of a group a second time, of the same or of another one.
  case repeatedMember(line: Int, name: String)
  /// `none` stands for no witness at all and names neither witness nor group.
  case reservedName(line: Int)
  /// There must be one `quorum` line, and there is a second one.
  case secondQuorum(line: Int)
  case noQuorum
}

extension WitnessPolicyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let line, let expected): "line \(line) of the policy: expected \(expected)"
    case .key(let line, let error): "line \(line) of the policy: \(error)"
    case .duplicateKey(let line, let first): "line \(line) of the policy has the public key of line \(first)"
    case .duplicateName(let line, let name): "line \(line) of the policy: the name \"\(name)\" is defined already"
    case .undefinedName(let line, let name): "line \(line) of the policy: no line above defines \"\(name)\""
    case .repeatedMember(let line, let name): "line \(line) of the policy: \"\(name)\" is the member of a group already"
    case .reservedName(let line): "line \(line) of the policy: \"none\" names neither witness nor group"
    case .secondQuorum(let line): "line \(line) of the policy: there is a quorum line already"
    case .noQuorum: "the policy has no quorum line"
    }
  }
}
