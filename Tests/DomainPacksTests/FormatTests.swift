import Testing

@testable import DomainPacks

@Suite struct FormatTests {
  @Test(
    "date is a day of the calendar, written YYYY-MM-DD",
    arguments: [
      ("2022-12-31", true), ("2024-02-29", true), ("2000-02-29", true), ("2023-02-29", false), ("1900-02-29", false),
      ("2022-13-01", false), ("2022-00-10", false), ("2022-1-1", false), ("20221231", false), ("2022-12-31 ", false),
      ("31.12.2022", false), ("", false), ("2022-12-31T00:00:00Z", false), ("２022-12-31", false),
    ])
  func date(text: String, valid: Bool) {
    #expect(StringFormat.date.accepts(text) == valid)
  }

  @Test(
    "date-time has an offset",
    arguments: [
      ("2022-12-31T23:59:59Z", true), ("2022-12-31t23:59:59z", true), ("2022-12-31T23:59:59.5+01:00", true),
      ("2016-12-31T23:59:60Z", true), ("2022-12-31T12:00:60Z", false), ("2022-12-31T24:00:00Z", false),
      ("2022-12-31T23:59:59", false), ("2022-12-31 23:59:59Z", false), ("2022-12-31T23:59Z", false),
      ("2022-12-31T23:59:59+24:00", false), ("2022-02-30T00:00:00Z", false), ("2022-12-31", false),
    ])
  func dateTime(text: String, valid: Bool) {
    #expect(StringFormat.dateTime.accepts(text) == valid)
  }

  @Test(
    "uri has a scheme and is ASCII",
    arguments: [
      ("https://www.nordwestmecklenburg.de/a?b=c#d", true), ("urn:nwm:dms:d3", true), ("mailto:a@b.de", true),
      ("http://[::1]:8080/", true), ("http://[2001:db8::7:1.2.3.4]", true), ("http://[v1.a:b]/", true),
      ("file:///etc/hosts", true), ("a:", true), ("http://user:pw@host:80/p", true), ("x:%C3%A4", true),
      ("http://h/?q=/?", true), ("/relativ", false), ("ohne-schema", false), ("1a:b", false), (":x", false),
      ("http://ä.de", false), ("http://h/a b", false), ("http://h/%zz", false), ("http://h/%4", false),
      ("http://h:8a/", false), ("http://a@b@c/", false), ("http://[::1", false), ("http://[1::2::3]", false),
      ("http://[1:2:3:4:5:6:7:8:9]", false), ("http://[::1]x", false), ("http://[1.2.3.4]", false),
      ("http://[]", false),
      ("http://[::1.2.3.256]", false), ("http://[1:2:3:4:5:6:7:]", false), ("http://h/[", false),
      ("http://h#a#b", false),
      ("", false), ("http://h/<x>", false), ("http://[12345::]", false), ("http://[v.a]", false),
    ])
  func uri(text: String, valid: Bool) {
    #expect(StringFormat.uri.accepts(text) == valid)
  }

  @Test("A format says what it expected")
  func errors() throws {
    #expect(
      try violation(of: #""x""#, by: #"{"format":"uri"}"#) == #": expected a URI with a scheme (RFC 3986), found "x""#)
    #expect(
      try violation(of: #""x""#, by: #"{"format":"date-time"}"#)
        == #": expected a date and time with offset (RFC 3339), found "x""#)
    #expect(try fits("5", #"{"format":"date"}"#))
  }
}
