import Foundation
import LogFormat
import TimeStamps
import TransparencyLog

/// Asks a time stamp authority (RFC 3161), over HTTP or by a file that somebody carries.
struct StampExchange {
  let calls: AnchorCalls
  /// The record of the time stamp to renew.
  let renews: UInt64?
  /// Of the tree that a renewal makes anew.
  let algorithm: HashAlgorithm?
  /// Under which the stamp shall be given: an object identifier.
  let policy: String?

  /// Has an authority stamp what the ledger has recorded since the last time, and has the stamp recorded.
  ///
  /// - Parameter certificates: those it is checked against, in PEM.
  /// - Returns: the receipt.
  func ask(_ address: String, certificates: [UInt8]) async throws -> [UInt8] {
    let trust = try StampExchange.trust(certificates)
    let request = try await request()
    let answer = try await WebClient.post(request.der, as: "application/timestamp-query", to: address)
    guard answer.status == 200 else {
      throw Failure(answer.status < 500 ? .badInput : .unavailable, "\(address): \(answer.status) \(answer.text)")
    }
    return try await record(answer.body, for: request, certificates, trust)
  }

  /// Writes the request to a file.
  func write(to file: String) async throws {
    try OutputFile.write(try await request().der, to: file)
  }

  /// Has the stamp of an authority's answer recorded.
  ///
  /// - Parameters:
  ///   - request: the DER of the request, where it is at hand: then the answer must be to this one.
  ///   - size: of the checkpoint stamped, where the ledger does not know any more.
  func record(
    answer: [UInt8], certificates: [UInt8], request: [UInt8]? = nil, size: UInt64? = nil
  ) async throws -> [UInt8] {
    let trust = try StampExchange.trust(certificates)
    let parsed = try request.map { bytes in
      do {
        return try TimeStampRequest(der: bytes)
      } catch {
        throw Failure(.badInput, "--request: \(error)")
      }
    }
    return try await record(answer, for: parsed, certificates, trust, size)
  }

  private func record(
    _ answer: [UInt8], for request: TimeStampRequest?, _ certificates: [UInt8], _ trust: TrustAnchors,
    _ size: UInt64? = nil
  ) async throws -> [UInt8] {
    do {
      let response = try TimeStampResponse(der: answer)
      guard let token = response.token else { throw TimeStampError.notGranted(response.status) }
      if let request {
        _ = try response.verify(for: request, trust: trust)
      } else {
        _ = try token.verify(token.imprint, trust: trust)
      }
    } catch let error as TimeStampError {
      if case .notGranted = error { throw Failure(.badInput, "\(error)") }
      throw Failure(.checkFailed, "\(error)")
    }
    var body = #"{"kind":"time-stamp","response":"\#(Base64.encode(answer))""#
    body += #","certificates":\#(JSONText.string(String(decoding: certificates, as: UTF8.self)))"#
    if let size { body += #","size":\#(size)"# }
    if let renews { body += #","renews":\#(renews)"# }
    return try await calls.post(body + "}")
  }

  private func request() async throws -> TimeStampRequest {
    var body = #"{"kind":"time-stamp-request""#
    if let renews { body += #","renews":\#(renews)"# }
    if let algorithm { body += #","algorithm":"\#(algorithm.rawValue)""# }
    let question = try JSONDocument(try await calls.post(body + "}")).root
    guard let name = question["algorithmus"]?.string, let algorithm = HashAlgorithm(rawValue: name),
      let hash = question["baumwurzel"]?.string.flatMap(StampExchange.bytes(hex:)),
      let imprint = Imprint(algorithm: algorithm, bytes: hash)
    else { throw Failure(.inputOutput, "the daemon's answer does not say what to stamp") }
    do {
      return try TimeStampRequest(imprint, policy: policy)
    } catch {
      guard case .malformedPolicy(let policy) = error else { throw Failure(.inputOutput, "\(error)") }
      throw Failure(.usage, "--tsa-policy: not an object identifier: \(policy)")
    }
  }

  private static func trust(_ certificates: [UInt8]) throws -> TrustAnchors {
    do {
      return try TrustAnchors(certificates)
    } catch {
      throw Failure(.usage, "--ca: \(error)")
    }
  }

  private static func bytes(hex: String) -> [UInt8]? {
    let digits = Array(hex.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
