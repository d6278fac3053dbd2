import Foundation
import Testing
import TransparencyLog

@testable import Witness

/// What another witness answers to the same requests, one after the other.
struct ExchangeVectorTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/vectors/witness-exchanges").standardizedFileURL

  static let arePresent = FileManager.default.fileExists(atPath: folder.path())

  struct Exchanges: Decodable {
    struct Exchange: Decodable {
      var request_body: String
      var status: Int
      var asserts: String
    }
    var log_public_key_hex: String?
    var log_vkey: String?
    var exchanges: [Exchange]
  }

  /// The key of the log: named, or raw with the name of the first request's origin.
  static func log(of file: Exchanges) throws -> WitnessedLog {
    let body = try #require(file.exchanges.first?.request_body)
    let text = try AddCheckpointRequest(parsing: Array(body.utf8)).checkpoint.text
    let origin = String(text.split(separator: "\n")[0])
    if let vkey = file.log_vkey { return WitnessedLog(origin: origin, keys: [try VerifierKey(vkey)]) }
    let hex = try #require(file.log_public_key_hex)
    let publicKey = try #require(Digest(hex: hex)).bytes
    return WitnessedLog(
      origin: origin, keys: [try VerifierKey(name: origin, algorithm: .ed25519, publicKey: publicKey)])
  }

  @Test(
    "The exchanges of litewitness, but for unknown logs, which are 404 now",
    .enabled(if: arePresent, "the vectors are not beside the package (../shared/vectors)"),
    arguments: ["litewitness.json", "sumdb.json"])
  func exchanges(_ name: String) throws {
    let file = try JSONDecoder().decode(
      Exchanges.self, from: Data(contentsOf: ExchangeVectorTests.folder.appending(path: name)))
    #expect(!file.exchanges.isEmpty)
    let path = FileManager.default.temporaryDirectory.appending(path: "witness-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    _ = try Witness.create(at: path, name: "example.com/witness")
    let witness = try Witness.open(at: path, logs: [ExchangeVectorTests.log(of: file)])
    for (place, exchange) in file.exchanges.enumerated() {
      let answer = try witness.addCheckpoint(Array(exchange.request_body.utf8))
      let isUnknownLog = exchange.asserts.contains("unknown log")
      #expect(answer.status == (isUnknownLog ? 404 : exchange.status), "exchange \(place): \(answer)")
      let quoted = try #require(exchange.asserts.split(separator: "\"").dropFirst().first)
      if exchange.asserts.hasPrefix("body ==") {
        #expect(answer.body == quoted.replacing("\\n", with: "\n"), "exchange \(place)")
      } else {
        #expect(answer.body.contains(quoted), "exchange \(place): \(answer.body)")
      }
    }
  }
}
