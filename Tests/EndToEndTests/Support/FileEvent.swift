import Foundation

extension SampleEvent {
  /// An event of the pack `akten`, by whom and when: a day, at nine in the morning.
  static func akten(
    _ type: String, _ subject: String, _ data: String = "{}", on day: String, by actor: String = "sachbearbeitung-1",
    id: String? = nil
  ) -> SampleEvent {
    SampleEvent(
      id: id ?? "\(subject) \(type) \(day)", type: "de.aktenspur.\(type)", subject: subject,
      time: "\(day)T09:00:00+01:00",
      data: data
    ).with("authid", #""\#(actor)""#)
  }
}
