import Foundation
import LogFormat

/// Events that the disposal of files records. They happen when they are recorded, and say no time of their own: the same
/// step again is the same event.
struct DisposalEvents {
  private static let source = "urn:aktenspur:aussonderung"

  /// Events that go together.
  private static let batch = 5_000

  private var texts: [String] = []
  private let authid: String?

  init(authid: String?) {
    self.authid = authid
  }

  /// - Parameters:
  ///   - type: the step; what it happens to, the subject begins with.
  ///   - data: members in their order; nil is left out.
  mutating func add(
    _ type: String, _ subject: String, id: String, _ data: [(String, String?)], numbers: [(String, UInt64)] = []
  ) {
    let members =
      data.compactMap { name, value in value.map { "\(JSONText.string(name)):\(JSONText.string($0))" } }
      + numbers.map { name, value in "\(JSONText.string(name)):\(value)" }
    let actor = authid.map { #","authid":\#(JSONText.string($0))"# } ?? ""
    let kind = subject.prefix { $0 != "/" }
    texts.append(
      #"{"specversion":"1.0","id":\#(JSONText.string(id)),"source":"\#(DisposalEvents.source)","#
        + #""type":"de.aktenspur.\#(kind).\#(type)","subject":\#(JSONText.string(subject))\#(actor),"#
        + #""data":{\#(members.joined(separator: ","))}}"#)
  }

  /// Records all of them or none, as long as they are no more than a batch may have; the same again goes on behind those
  /// that were recorded.
  func record(through client: DaemonClient) async throws {
    var rest = texts[...]
    while !rest.isEmpty {
      let body = Array("[\(rest.prefix(DisposalEvents.batch).joined(separator: ","))]".utf8)
      let answer = try await client.send(
        .post("/v1/events", contentType: "application/cloudevents-batch+json", .bytes(body)))
      guard answer.isSuccess else { throw answer.failure }
      rest = rest.dropFirst(DisposalEvents.batch)
    }
  }
}
