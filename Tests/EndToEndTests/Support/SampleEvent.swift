import Foundation

/// An event as a service would send it. Every part is JSON text, so that tests can send what is wrong, too.
struct SampleEvent {
  var id: String
  var source = "urn:nwm:dms:d3"
  var type: String
  var subject: String
  var time = "2022-10-01T09:30:00+02:00"
  var data: String
  /// Further members as JSON text: `expectedversion`, `authid` and the like.
  var members: [(name: String, value: String)] = []

  var json: Data { Data(text.utf8) }

  var text: String {
    let more = members.map { #","\#($0.name)":\#($0.value)"# }.joined()
    return #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"\#(type)","subject":"\#(subject)","#
      + #""time":"\#(time)"\#(more),"data":\#(data)}"#
  }

  func with(_ name: String, _ value: String) -> SampleEvent {
    var copy = self
    copy.members.append((name, value))
    return copy
  }

  static func batch(_ events: [SampleEvent]) -> Data {
    Data("[\(events.map(\.text).joined(separator: ","))]".utf8)
  }

  static func lines(_ events: [SampleEvent]) -> Data {
    Data(events.map { $0.text + "\n" }.joined().utf8)
  }
}

extension SampleEvent {
  /// A project, which may be any number of times on its subject.
  static func project(_ number: String, id: String, titel: String = "Fahrradständer") -> SampleEvent {
    SampleEvent(
      id: id, type: "de.aktenspur.projekt.angelegt", subject: "projekt/\(number)",
      data: #"{"titel":"\#(titel)","kategorie":"A"}"#)
  }

  /// A request, which must be the first event of its subject.
  static func request(_ number: String, id: String) -> SampleEvent {
    SampleEvent(
      id: id, type: "de.aktenspur.anfrage.eingegangen", subject: "anfrage/\(number)", data: #"{"titel":"Wohngeld"}"#)
  }
}
