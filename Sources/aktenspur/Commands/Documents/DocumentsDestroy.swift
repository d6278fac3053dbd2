import ArgumentParser
import Foundation
import NIOHTTP1
import TransparencyLog

struct DocumentsDestroy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "destroy", abstract: "Destroy a content; its records stay and say why it is gone.",
    discussion: "Refused with the reason as long as a domain pack says that it must be kept.")

  @OptionGroup var socket: SocketOption
  @Argument(help: "The digest, as events name it: sha256:… or the hexadecimal digits alone.") var digest: String
  @Option(help: "Why.") var reason: String
  @Option(help: "The provision it rests on.") var legalBasis: String
  @Option(help: "On whose behalf, where the caller may say so.") var authid: String?

  func run() async throws {
    let digest = try Documents.digest(digest)
    var components = URLComponents()
    components.path = Documents.path(of: digest)
    components.queryItems = [("reason", reason), ("legalbasis", legalBasis), ("authid", authid)]
      .compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) } }
    let uri = (components.string ?? "").replacingOccurrences(of: "+", with: "%2B")
    let answer = try await DaemonClient.withConnection(to: try socket.path()) { client in
      try await client.send(.init(method: .DELETE, path: uri, contentType: nil, body: .none))
    }
    guard answer.isSuccess else { throw answer.failure }
    Terminal.write(answer.body + [0x0A])
  }
}
