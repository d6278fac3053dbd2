import Ledger
import Testing

@testable import Ledger

/// Which events a principal may append.
@Suite struct AppendScopeTests {
  private func scope(_ types: [String], _ sources: [String]? = nil) throws -> AppendScope {
    AppendScope(types: try types.map { try #require(AppendScope.TypePattern($0)) }, sources: sources)
  }

  @Test func typeIsMeantExactlyUnlessAStarEndsIt() throws {
    let scope = try scope(["de.aktenspur.akte.*", "de.aktenspur.dokument.angelegt"])
    for type in ["de.aktenspur.akte.angelegt", "de.aktenspur.akte.", "de.aktenspur.dokument.angelegt"] {
      #expect(scope.contains(type: type))
    }
    for type in ["de.aktenspur.akte", "de.aktenspur.aktenplan.x", "de.aktenspur.dokument.angelegt2", ""] {
      #expect(!scope.contains(type: type))
    }
  }

  @Test func starAloneIsEveryType() throws {
    #expect(try scope(["*"]).contains(type: "anything"))
  }

  @Test(arguments: ["", "a*b", "**", "*a"])
  func starStandsNowhereElse(pattern: String) {
    #expect(AppendScope.TypePattern(pattern) == nil)
  }

  @Test func sourceMustBeginAsOneOfThoseGiven() throws {
    let scope = try scope(["*"], ["urn:nwm:dms", "/portal/"])
    #expect(scope.contains(source: "urn:nwm:dms:7") && scope.contains(source: "/portal/a"))
    #expect(!scope.contains(source: "urn:nwm:egov") && !scope.contains(source: "urn:nwm:dm"))
    #expect(try self.scope(["*"]).contains(source: "any"))
  }
}
