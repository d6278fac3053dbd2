import Testing

@testable import DomainPacks

@Suite struct SubjectPatternTests {
  static let cases: [(pattern: String, matching: [String], other: [String])] = [
    (
      "vertrag/{nr}", ["vertrag/2022-0815", "vertrag/A_1.b"],
      ["vertrag/", "vertrag/a/b", "vertrag/ä", "Vertrag/1", "xvertrag/1", "vertrag/1 ", "vertrag/1\n", ""]
    ),
    ("akte/{az}", ["akte/10.20/30", "akte/1"], ["akte/", "akte/ä"]),
    ("bericht/{periode}", ["bericht/2022-H2"], ["bericht/2022/H2"]),
    ("option/ustg-27-22", ["option/ustg-27-22"], ["option/ustg-27-2", "option/ustg-27-22x"]),
    ("{id}-x-{id}", ["a-x-b", "a-x-x-x-b", "-x--x-b"], ["-x-b", "a-x-", "axb"]),
    ("{az}/ende", ["a/ende", "a/ende/ende"], ["/end", "ende"]),
    ("größe/{id}", ["größe/1"], ["gro\u{308}ße/1"]),
  ]

  @Test("A pattern matches whole subjects", arguments: cases)
  func matching(pattern: String, matching: [String], other: [String]) throws {
    let compiled = try SubjectPattern(pattern)
    for subject in matching { #expect(compiled.matches(subject), "\(pattern) \(subject)") }
    for subject in other { #expect(!compiled.matches(subject), "\(pattern) \(subject)") }
  }

  @Test("A pattern of many placeholders takes no longer for a subject that fits nearly everywhere")
  func manyPlaceholders() throws {
    let pattern = try SubjectPattern(String(repeating: "{az}", count: 40) + "!")
    #expect(!pattern.matches(String(repeating: "a/", count: 2000)))
    #expect(pattern.matches(String(repeating: "a/", count: 2000) + "!"))
  }

  @Test(
    "A pattern that cannot be read is refused in words",
    arguments: [
      ("", #"expected a subject pattern such as "vertrag/{nr}", found """#),
      ("a/{name}", "unknown placeholder {name}; allowed are {nr}, {id}, {periode}, {az}"),
      ("a/{nr", "unknown placeholder {nr}; allowed are {nr}, {id}, {periode}, {az}"),
      ("a/{}", "unknown placeholder {}; allowed are {nr}, {id}, {periode}, {az}"),
      ("a/nr}", #""}" without "{" in the subject pattern "a/nr}""#),
    ])
  func refused(pattern: String, detail: String) {
    #expect(throws: PatternError(detail)) { try SubjectPattern(pattern) }
  }
}
