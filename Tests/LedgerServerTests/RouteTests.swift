import HTTPTypes
import Testing

@testable import LedgerServer

@Suite struct RouteTests {
  @Test(
    arguments: [
      ("/v1/events", .events), ("/v1/events/812", .record(sequence: "812")),
      ("/v1/subjects/vertrag/2022-0815", .subject("vertrag/2022-0815")),
      ("/v1/subjects/vertrag%2F2022-0815", .subject("vertrag%2F2022-0815")),
      ("/v1/subjects/akte//1/", .subject("akte//1/")), ("/checkpoint", .checkpoint), ("/v1/packs", .packs),
      ("/v1/figures", .figures), ("/v1/reports/statusbericht", .report(name: "statusbericht")),
      ("/v1/projections/projekte/projekt", .projection(pack: "projekte", table: "projekt")), ("/healthz", .health),
      ("/readyz", .readiness), ("/v1/events/812/proof", .proof(sequence: "812")), ("/v1/consistency", .consistency),
      ("/tile/0/x001/234.p/8", .tile("tile/0/x001/234.p/8")), ("/tile/entries/000", .tile("tile/entries/000")),
      ("/v1/anchors", .anchors),
    ] as [(Substring, Route)])
  func finds(path: Substring, route: Route) {
    #expect(Route(path: path) == route)
  }

  @Test(arguments: [
    "", "/", "/v1", "/v1/", "/v1/events/", "/v1/events/1/2", "/v1/events//proof", "/v1/events/1/proof/",
    "/v1/events/1/proof/2", "/tile", "/tile/",
    "/v1/subjects", "/v1/subjects/", "/v2/events",
    "/checkpoint/", "/v1/projections/a", "/v1/projections//b", "/v1/projections/a/b/c", "/v1/reports/a/b",
  ])
  func findsNothingElse(path: Substring) {
    #expect(Route(path: path) == nil)
  }
}
