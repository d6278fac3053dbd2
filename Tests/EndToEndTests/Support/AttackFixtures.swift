import Foundation
import Testing

/// What `tools/attacks` makes of a real ledger, and what must be found in it.
struct AttackFixture: Decodable {
  /// The kind of a finding and the record concerned; `null` where it is not about the log.
  struct Finding: Decodable, Hashable, CustomStringConvertible {
    var kind: String
    var sequence: Int?

    init(kind: String, sequence: Int?) {
      self.kind = kind
      self.sequence = sequence
    }

    init(from decoder: any Decoder) throws {
      var pair = try decoder.unkeyedContainer()
      kind = try pair.decode(String.self)
      sequence = try pair.decodeNil() ? nil : pair.decode(Int.self)
    }

    var description: String { kind + (sequence.map { " \($0)" } ?? "") }
  }

  var name: String
  /// Of a ledger's directory or of a bundle, below the folder of all fixtures.
  var path: String
  var arguments: [String]
  var findings: Set<Finding>

  /// Makes a ledger by the real command and daemon, with bundles of it, and all fixtures from these.
  static func run(_ body: ([AttackFixture], URL) throws -> Void) throws {
    let prepare: (LedgerUnderTest) throws -> Void = { ledger in
      let answer = try ledger.postBatch((1...3).map { .request("2023-\($0)", id: "batch-\($0)") })
      try #require(answer.status == 201, "\(answer.text)")
      try ledger.record(.project("A1", id: "after-the-batch"))
    }
    try LedgerUnderTest.damage(seeded: true, before: prepare) { ledger in
      let folder = ledger.folder.file("attacks")
      var arguments = [ledger.path, folder.path]
      for (name, selection) in [("whole", []), ("range", ["--from", "30", "--to", "60"])] {
        let bundle = ledger.folder.file("\(name).tar").path
        let exported = try ledger.command("export", arguments: ["--bundle", bundle] + selection)
        try #require(exported.status == 0, "\(exported.errors)")
        arguments += ["--bundle", bundle]
      }
      let made = try Program.run(Repository.root.appending(path: "tools/attacks"), arguments)
      try #require(made.status == 0, "\(made.errors)")
      let fixtures: [AttackFixture] = try Data(contentsOf: folder.appending(path: "attacks.json")).decoded()
      try #require(!fixtures.isEmpty)
      try body(fixtures, folder)
    }
  }
}

/// The two programs that verify ledgers and bundles.
enum Verifier: CaseIterable {
  case command
  case script

  struct Verdict {
    var status: Int32
    var findings: Set<AttackFixture.Finding>
    var report: Verification
  }

  /// Verifies what is at a path: a ledger's directory, or a bundle.
  func verify(_ path: String, _ arguments: [String] = []) throws -> Verdict {
    let isLedger = (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
    let result =
      switch self {
      case .command:
        try Program.run(
          Repository.program, ["verify", "--json", isLedger ? "--ledger" : "--bundle", path] + arguments)
      case .script:
        try Program.run(Repository.root.appending(path: "tools/verify.py"), ["--json", path] + arguments)
      }
    try #require([0, 1].contains(result.status), "\(path): \(result.errors)")
    let report: Verification = try result.output.decoded()
    return Verdict(
      status: result.status,
      findings: Set(report.findings.map { AttackFixture.Finding(kind: $0.kind, sequence: $0.sequence) }), report: report
    )
  }

  /// The same for a fixture, whose arguments name files below the folder of all fixtures.
  func verify(_ fixture: AttackFixture, in folder: URL) throws -> Verdict {
    let arguments = fixture.arguments.map {
      $0.hasPrefix(fixture.name + "/") ? folder.appending(path: $0).path : $0
    }
    return try verify(folder.appending(path: fixture.path).path, arguments)
  }
}
