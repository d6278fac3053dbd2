import Foundation
import Testing

/// The CloudEvents SDK of another language sends to the ledger what it sends to anybody.
struct SoftwareKitTests {
  /// Python with the package `cloudevents`.
  private static let python: URL? = {
    let environment = ProcessInfo.processInfo.environment
    let folders = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
    let candidates = [environment["AKTENSPUR_TEST_PYTHON"] ?? ""] + folders
    return candidates.lazy.filter { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
      .first { (try? Program.run($0, ["-c", "import cloudevents"]))?.status == 0 }
  }()

  /// Makes one event, sends it in the mode asked for, and prints the status and the answer.
  private static let script = """
    import http.client, socket, sys

    try:
        from cloudevents.v1.http import CloudEvent
        from cloudevents.v1.conversion import to_binary, to_structured
    except ImportError:
        from cloudevents.http import CloudEvent
        from cloudevents.conversion import to_binary, to_structured

    class Connection(http.client.HTTPConnection):
        def connect(self):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(sys.argv[1])

    event = CloudEvent(
        {"id": sys.argv[3], "type": "de.aktenspur.projekt.angelegt", "source": "urn:nwm:portal",
         "subject": "projekt/A1", "time": "2022-10-01T09:30:00+02:00"},
        {"titel": "Straßenverkehr", "kategorie": "A"})
    headers, body = {"structured": to_structured, "binary": to_binary}[sys.argv[2]](event)
    connection = Connection("ledger")
    connection.request("POST", "/v1/events", body, dict(headers))
    answer = connection.getresponse()
    print(answer.status)
    print(answer.read().decode())
    """

  private func send(_ mode: String, id: String, to ledger: LedgerUnderTest) throws -> (status: Int, receipt: Receipt) {
    let python = try #require(SoftwareKitTests.python)
    let result = try Program.run(python, ["-c", SoftwareKitTests.script, ledger.socket, mode, id])
    try #require(result.status == 0, "\(result.errors)")
    let lines = result.lines
    try #require(lines.count == 2, "\(result.text)")
    return (try lines[0].decoded(), try lines[1].decoded())
  }

  @Test(
    .enabled(if: python != nil, "needs Python 3 with the package cloudevents; AKTENSPUR_TEST_PYTHON may name it"),
    arguments: ["structured", "binary"])
  func pythonSDKIsUnderstood(mode: String) throws {
    try LedgerUnderTest.run { ledger in
      let (status, receipt) = try send(mode, id: "sdk-1", to: ledger)
      #expect(status == 201)
      #expect(receipt.subject == "projekt/A1")
      let record = try ledger.logLines()[receipt.sequence].decoded(RecordDocument.self)
      #expect(record.id == "sdk-1")
      #expect(record.source == "urn:nwm:portal")
      #expect(record.time == "2022-10-01T09:30:00+02:00")

      // Both modes send the same event.
      for mode in ["structured", "binary"] {
        let again = try send(mode, id: "sdk-1", to: ledger)
        #expect(again.status == 200)
        #expect(again.receipt == receipt.repeated)
      }
    }
  }
}
