import Foundation
import Testing

/// The daemon is killed behind one of its writing system calls, or one of them fails: a small part of what `tools/faults`
/// does when it is run by itself.
struct FaultTests {
  @Test func whateverCallItDiesBehindOrThatFailsNothingAcknowledgedIsLost() throws {
    let result = try Program.run(
      Repository.root.appending(path: "tools/faults"),
      ["--program", Repository.program.path, "--points", "40", "--single", "1", "--jobs", "2"])
    #expect(result.status == 0, "\(result.errors)")
    let summary = try #require(result.lines.last.map { String(decoding: $0, as: UTF8.self) })
    #expect(summary.hasPrefix("kill points 40, acknowledged "), "\(summary)")
    #expect(summary.hasSuffix(", lost 0, invented 0"), "\(summary)")
    #expect(result.text.contains("failing calls 36, problems 0\n"), "\(result.text)")
  }
}
