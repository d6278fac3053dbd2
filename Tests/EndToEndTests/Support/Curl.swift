import Foundation

/// An HTTP answer as `curl` saw it.
struct Answer {
  var status: Int
  /// By name in lower case.
  var headers: [String: String]
  var body: Data
  /// Whether the connection held until the answer had come to its end.
  var isWhole = true

  var text: String { String(decoding: body, as: UTF8.self) }
  var contentType: String? { headers["content-type"] }
  /// The lines of an NDJSON body, without their LF.
  var lines: [Data] { body.split(separator: 0x0A).map { Data($0) } }

  func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: body)
  }
}

/// `curl` over a Unix socket, or to a server's URL.
struct Curl {
  private let connection: (option: String, value: String)
  private let server: String
  private let user: User?

  /// Somebody else on this machine. Only root can be one.
  struct User {
    var number: UInt32
    var group: UInt32

    static let canBe = geteuid() == 0
    static let program = URL(filePath: "/usr/bin/setpriv")

    /// Group 0 comes on top, whose members may use the socket that root has made.
    var arguments: [String] { ["--reuid=\(number)", "--regid=\(group)", "--groups=0"] }
  }

  /// - Parameter user: who calls; nil: who runs the tests.
  init(socket: String, as user: User? = nil) {
    connection = ("unix-socket", socket)
    server = "http://ledger"
    self.user = user
  }

  init(server: String) {
    connection = ("noproxy", "*")
    self.server = server
    user = nil
  }

  static let program = URL(filePath: "/usr/bin/curl")

  /// What every call has in common. `--max-time` ends a stream for which a test would otherwise wait for ever.
  private var common: [String] {
    let connecting = ["--" + connection.option, connection.value]
    return ["--silent", "--show-error", "--path-as-is", "--globoff", "--max-time", "120"] + connecting
  }

  /// - Parameters:
  ///   - upload: a file that is put as it is, read part by part.
  ///   - offset: where in that file to begin, the bytes before being there already.
  func send(
    _ path: String, method: String? = nil, headers: [String] = [], body: Data? = nil, upload: URL? = nil,
    offset: Int? = nil
  ) throws -> Answer {
    let folder = try ScratchFolder()
    let (headFile, answerFile) = (folder.file("head"), folder.file("answer"))
    var arguments = common + ["--dump-header", headFile.path, "--output", answerFile.path]
    arguments += ["--write-out", "%{http_code}"]
    if method == "HEAD" { arguments.append("--head") } else if let method { arguments += ["--request", method] }
    for header in headers { arguments += ["--header", header] }
    if let body {
      let file = folder.file("body")
      try body.write(to: file)
      arguments += ["--data-binary", "@\(file.path)"]
    }
    if let upload { arguments += ["--upload-file", upload.path] }
    if let offset { arguments += ["--continue-at", "\(offset)"] }
    arguments.append(url(path))
    let result: Program.Result
    if let user {
      try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.url.path)
      result = try Program.run(User.program, user.arguments + [Curl.program.path] + arguments)
    } else {
      result = try Program.run(Curl.program, arguments)
    }
    guard let status = Int(result.text), status > 0 else { throw NoAnswer(path: path, errors: result.errors) }
    let head = String(decoding: try Data(contentsOf: headFile), as: UTF8.self)
    return Answer(
      status: status, headers: Curl.fields(of: head), body: (try? Data(contentsOf: answerFile)) ?? Data(),
      isWhole: result.status == 0)
  }

  /// A request whose answer is read line by line while it comes.
  ///
  /// - Parameter showingHead: whether what curl says with `--verbose` is among the lines; it holds back heads it is told
  ///   to print with the body.
  func stream(
    _ path: String, headers: [String] = [], body: URL? = nil, showingHead: Bool = false
  ) throws -> RunningProgram {
    var arguments = common + ["--no-buffer"]
    if showingHead { arguments.append("--verbose") }
    for header in headers { arguments += ["--header", header] }
    if let body { arguments += ["--data-binary", "@\(body.path)"] }
    return try RunningProgram(Curl.program, arguments + [url(path)], lines: showingHead ? .both : .output)
  }

  /// Many requests one after another on one connection. Ends at the first that is not answered whole.
  ///
  /// Each answer is a line that ends in curl's exit status: 0 where all of it has come.
  func sequence(_ path: String, headers: [String], bodies: [Data], file: URL) throws -> RunningProgram {
    let options = [
      "silent", "no-buffer", "\(connection.option) = \(Curl.quoted(connection.value))",
      "write-out = \"\\t%{exitcode}\\n\"",
    ]
    let requests = bodies.map { body in
      let fields = headers.map { "header = \(Curl.quoted($0))" }
      let data = "data-binary = \(Curl.quoted(String(decoding: body, as: UTF8.self)))"
      return (options + fields + [data, "url = \(Curl.quoted(url(path)))"]).joined(separator: "\n")
    }
    try Data(requests.joined(separator: "\nnext\n").utf8).write(to: file)
    return try RunningProgram(Curl.program, ["--fail-early", "--config", file.path])
  }

  /// The answers of ``sequence(_:headers:bodies:file:)`` that came whole.
  static func wholeAnswers(in lines: [Data]) -> [Data] {
    let complete = Data("\t0".utf8)
    return lines.filter { $0.suffix(2) == complete }.map { $0.dropLast(2) }
  }

  private func url(_ path: String) -> String { server + path }

  /// As curl's configuration files want it.
  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  /// Those of the last head: an interim answer has one of its own before it.
  private static func fields(of head: String) -> [String: String] {
    let last = head.replacing("\r\n", with: "\n").split(separator: "\n\n").last ?? ""
    let pairs = last.split(separator: "\n").dropFirst().compactMap { line -> (String, String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      return (line[..<colon].lowercased(), value)
    }
    return Dictionary(pairs) { $1 }
  }

  struct NoAnswer: Error {
    var path: String
    var errors: String
  }
}
