import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A short exchange with somebody else's HTTP server.
enum WebClient {
  struct Answer: Sendable {
    var status: Int
    var contentType: String?
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self).trimmingCharacters(in: .newlines) }
  }

  /// How long the other side may take.
  private static let patience: TimeInterval = 60

  static func post(_ body: [UInt8], as contentType: String, to address: String) async throws -> Answer {
    guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme), url.host != nil
    else { throw Failure(.usage, "not a URL: \(address)") }
    var request = URLRequest(url: url, timeoutInterval: patience)
    request.httpMethod = "POST"
    request.httpBody = Data(body)
    request.setValue(contentType, forHTTPHeaderField: "Content-Type")
    let session = URLSession(configuration: .ephemeral)
    defer { session.invalidateAndCancel() }
    let data: Data
    let response: URLResponse
    do {
      (data, response) = try await session.data(for: request)
    } catch {
      throw Failure(.unavailable, "\(address): \((error as NSError).localizedDescription)")
    }
    guard let response = response as? HTTPURLResponse else {
      throw Failure(.unavailable, "\(address): no HTTP answer")
    }
    return Answer(
      status: response.statusCode, contentType: response.value(forHTTPHeaderField: "Content-Type"), body: Array(data))
  }
}
