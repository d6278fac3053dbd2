import LogFormat
import Testing

@testable import Ledger

/// Which events a principal may append.
@Suite struct AppendScopeTests {
  private func scope(_ types: [String], _ sources: [String]? = nil) throws -> AppendScope {
    AppendScope(types: try types.map { try #require(AppendScope.TypePattern($0)) }, sources: sources)
  }

  private func contains(_ scope: AppendScope, type: String) -> Bool { type.withBytes { scope.contains(type: $0) } }

  private func contains(_ scope: AppendScope, source: String) -> Bool {
    source.withBytes { scope.contains(source: $0) }
  }

  @Test func typeIsMeantExactlyUnlessAStarEndsIt() throws {
    let scope = try scope(["de.aktenspur.akte.*", "de.aktenspur.dokument.angelegt"])
    for type in ["de.aktenspur.akte.angelegt", "de.aktenspur.akte.", "de.aktenspur.dokument.angelegt"] {
      #expect(contains(scope, type: type))
    }
    for type in ["de.aktenspur.akte", "de.aktenspur.aktenplan.x", "de.aktenspur.dokument.angelegt2", ""] {
      #expect(!contains(scope, type: type))
    }
  }

  @Test func starAloneIsEveryType() throws {
    #expect(contains(try scope(["*"]), type: "anything"))
  }

  @Test(arguments: ["", "a*b", "**", "*a"])
  func starStandsNowhereElse(pattern: String) {
    #expect(AppendScope.TypePattern(pattern) == nil)
  }

  @Test func sourceMustBeginAsOneOfThoseGiven() throws {
    let scope = try scope(["*"], ["urn:nwm:dms", "/portal/"])
    #expect(contains(scope, source: "urn:nwm:dms:7") && contains(scope, source: "/portal/a"))
    #expect(!contains(scope, source: "urn:nwm:egov") && !contains(scope, source: "urn:nwm:dm"))
    #expect(contains(try self.scope(["*"]), source: "any"))
  }
}
