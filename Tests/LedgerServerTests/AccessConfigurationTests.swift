import Foundation
import Ledger
import Testing

@testable import LedgerServer

/// What a configuration file gives to whom, and what it is refused for.
@Suite struct AccessConfigurationTests {
  private let text = """
    principals:
      dms:
        users: [4001, "4002"]
        append: {types: [de.aktenspur.akte.*, de.aktenspur.dokument.angelegt], sources: ["urn:nwm:dms"]}
        rights: [read, unseal]
        delegates: true
      pruefung:
        groups: [4100]
        rights: [audit]
      root-user:
        users: [root]
        groups: [0]
        append: {types: ["*"]}
    """

  @Test func userIsFoundByNumberNameAndGroup() throws {
    let configuration = try AccessConfiguration(yaml: text)
    #expect(configuration.principal(user: 4001, group: 9)?.name == "dms")
    #expect(configuration.principal(user: 4002, group: 9)?.name == "dms")
    #expect(configuration.principal(user: 0, group: 9)?.name == "root-user")
    #expect(configuration.principal(user: 5000, group: 4100)?.name == "pruefung")
    #expect(configuration.principal(user: 5000, group: 9) == nil)
  }

  @Test func userComesBeforeGroup() throws {
    #expect(try AccessConfiguration(yaml: text).principal(user: 4001, group: 4100)?.name == "dms")
  }

  @Test func rightsAreThoseGivenAndNoOthers() throws {
    let configuration = try AccessConfiguration(yaml: text)
    let dms = try #require(configuration.principal(user: 4001, group: 9))
    #expect(dms.rights == [.append, .read, .unseal] && dms.delegates)
    let auditor = try #require(configuration.principal(user: 1, group: 4100))
    #expect(auditor.rights == [.audit] && !auditor.delegates)
    #expect(configuration.principal(user: 0, group: 0)?.rights == [.append])
  }

  @Test func connectionsAreLimitedAsTheFileSays() throws {
    #expect(try AccessConfiguration(yaml: text).connections == AccessConfiguration.defaultConnections)
    #expect(try AccessConfiguration(yaml: text + "\nlimits: {connections: 7}").connections == 7)
  }

  @Test(arguments: [
    ("", "", "empty"),
    ("[]", "", "a mapping"),
    ("principals: {}", "principals", "at least one"),
    ("principal: {a: {users: [1]}}", "principal", "unknown"),
    ("principals: {a: {users: [1], right: [read]}}", "principals.a.right", "unknown"),
    ("principals: {a: {rights: [read]}}", "principals.a", "users or groups"),
    ("principals: {a: {users: [1], rights: [write]}}", "principals.a.rights[0]", "write"),
    ("principals: {a: {users: 1}}", "principals.a.users", "a list"),
    ("principals: {a: {users: [no-such-user-here]}}", "principals.a.users[0]", "no user"),
    ("principals: {a: {groups: [no-such-group-here]}}", "principals.a.groups[0]", "no group"),
    ("principals: {a: {users: [1]}, b: {users: [2, 1]}}", "principals.b.users[1]", "is a already"),
    ("principals: {a: {groups: [1]}, b: {groups: [1]}}", "principals.b.groups[0]", "is a already"),
    ("principals: {a: {users: [1], append: {sources: [x]}}}", "principals.a.append.types", "at least one"),
    ("principals: {a: {users: [1], append: {types: [a.*.b]}}}", "principals.a.append.types[0]", "at its end"),
    ("principals: {a: {users: [1], append: {types: [a], sources: ['']}}}", "principals.a.append.sources[0]", "source"),
    ("principals: {a: {users: [1], delegates: perhaps}}", "principals.a.delegates", "true or false"),
    ("principals: {aktenspur: {users: [1]}}", "principals.aktenspur", "other than"),
    ("principals: {'a b': {users: [1]}}", "principals.a b", "letters"),
    ("principals: {a: {users: [1]}}\nlimits: {connections: 0}", "limits.connections", "from 1"),
    ("principals: {a: {users: [1", "", "did not find"),
  ])
  func whatIsWrongIsNamedWithItsPlace(yaml: String, path: String, reason: String) throws {
    let error = try #require(throws: ConfigurationError.self) { () throws in
      try AccessConfiguration(yaml: yaml)
    }
    #expect(error.path == path)
    #expect(error.detail.contains(reason), "\(error)")
  }

  @Test func exampleIsOne() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../tools/aktenspur.yaml")
    let configuration = try AccessConfiguration(yaml: String(contentsOf: file, encoding: .utf8))
    #expect(configuration.principal(user: 4001, group: 4001)?.name == "dms")
    #expect(configuration.principal(user: 1, group: 4100)?.rights == .audit)
  }
}
