import Foundation
import Testing

/// `verify` takes as much memory for a log of any length.
struct VerificationMemoryTests {
  /// In bytes.
  private static let bound = 64 << 20
  /// Runs a program, and prints the most memory that it has had, in KiB, behind what it printed itself. Only a small
  /// program can measure another one: what a process had before it became that program counts as well.
  private static let measure = """
    import resource, subprocess, sys
    status = subprocess.call(sys.argv[1:])
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    sys.exit(status)
    """

  /// One subject in all records is the worst case. Its fingerprints belong together, more of them than the buffer for
  /// sorting holds, so they are dealt out to files twice; from there on more records only make the files longer. And what
  /// is wrong with the last record can only be told with the first.
  @Test func longLogOfOneSubjectIsVerifiedInBoundedMemory() throws {
    let ledger = try LedgerUnderTest.new()
    let count = 220_000
    var log = try LongLog(behind: try #require(ledger.segments().first))
    for number in 1..<count { try log.append(id: "\(number)", subject: "projekt/A1") }
    try log.append(id: "1", subject: "projekt/A1")
    try log.finish()

    let result = try Program.run(
      URL(filePath: "/usr/bin/env"),
      ["python3", "-c", Self.measure, Repository.program.path, "verify", "--ledger", ledger.path, "--json"])
    let (report, peak) = (try #require(result.lines.first), try #require(result.lines.last))
    let found = try #require(try JSONSerialization.jsonObject(with: report) as? [String: Any])
    let findings = try #require(found["findings"] as? [[String: Any]])
    #expect(found["records"] as? Int == count + 1)
    #expect(findings.map { $0["kind"] as? String } == ["duplicate"])
    #expect(findings.map { $0["sequence"] as? Int } == [count])
    #expect(try #require(Int(String(decoding: peak, as: UTF8.self))) * 1024 < Self.bound)
  }
}
