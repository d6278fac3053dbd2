import Foundation
import Testing

/// A time stamp authority of the tests' own: its certificates made by `openssl`, its answers given by `openssl ts`, by
/// file and over HTTP (RFC 3161 §3.4).
final class AuthorityUnderTest {
  let folder: ScratchFolder
  private var server: RunningProgram?

  private static let openssl = URL(filePath: "/usr/bin/openssl")
  private static let python = URL(filePath: "/usr/bin/python3")

  init() throws {
    folder = try ScratchFolder()
    try Data(AuthorityUnderTest.configuration(folder).utf8).write(to: file("openssl.cnf"))
    try Data("01\n".utf8).write(to: file("serial"))
    for name in ["ca", "tsa"] {
      try openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path("\(name).key"))
    }
    try openssl(
      "req", "-x509", "-new", "-config", path("openssl.cnf"), "-extensions", "ca", "-key", path("ca.key"), "-days",
      "3650", "-subj", "/C=DE/O=Pruefstelle/CN=Wurzel", "-out", path("ca.pem"))
    try openssl(
      "req", "-new", "-config", path("openssl.cnf"), "-key", path("tsa.key"), "-subj",
      "/C=DE/O=Pruefstelle/CN=Zeitstempel", "-out", path("tsa.csr"))
    try certify(until: Date(timeIntervalSinceNow: 365 * 86_400))
  }

  /// Makes the certificate that its time stamps are signed with anew; it has been valid for an hour.
  func certify(until end: Date) throws {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyyMMddHHmmss'Z'"
    try Data().write(to: file("index"))
    try openssl(
      "ca", "-batch", "-config", path("openssl.cnf"), "-name", "issuing", "-in", path("tsa.csr"), "-cert",
      path("ca.pem"), "-keyfile", path("ca.key"), "-notext", "-startdate",
      formatter.string(from: Date(timeIntervalSinceNow: -3600)), "-enddate", formatter.string(from: end),
      "-extensions", "stamping", "-out", path("tsa.pem"))
  }

  func file(_ name: String) -> URL { folder.file(name) }

  func path(_ name: String) -> String { file(name).path }

  /// The root under which its time stamps are believed.
  var certificates: String { path("ca.pem") }

  /// Answers a request that came as a file.
  func answer(_ request: URL, to answer: URL) throws {
    try openssl(
      "ts", "-reply", "-config", path("openssl.cnf"), "-queryfile", request.path, "-out", answer.path)
  }

  /// Whether `openssl ts` believes that the answer is a time stamp for that hash.
  func verifies(_ answer: URL, hash: String) throws -> Bool {
    let result = try Program.run(
      AuthorityUnderTest.openssl,
      ["ts", "-verify", "-digest", hash, "-in", answer.path, "-CAfile", certificates, "-untrusted", path("tsa.pem")])
    return result.status == 0
  }

  /// Answers over HTTP from now on; returns the URL.
  func listen() throws -> String {
    try Data(AuthorityUnderTest.script.utf8).write(to: file("server.py"))
    let program = try RunningProgram(AuthorityUnderTest.python, ["-u", path("server.py"), folder.url.path])
    try #require(program.lines.wait { !$0.isEmpty }, "the authority did not start")
    server = program
    return "http://127.0.0.1:\(program.lines.text.trimmingCharacters(in: .newlines))/"
  }

  @discardableResult
  func openssl(_ arguments: String...) throws -> String {
    let result = try Program.run(AuthorityUnderTest.openssl, arguments)
    try #require(result.status == 0, "openssl \(arguments): \(result.errors)")
    return result.text
  }

  private static let script = """
    import http.server, subprocess, sys, tempfile
    folder = sys.argv[1]
    class Authority(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            if self.headers["Content-Type"] != "application/timestamp-query":
                return self.send_error(415)
            query = self.rfile.read(int(self.headers["Content-Length"]))
            with tempfile.NamedTemporaryFile() as request:
                request.write(query)
                request.flush()
                answer = subprocess.run(["openssl", "ts", "-reply", "-config", folder + "/openssl.cnf",
                                         "-queryfile", request.name], capture_output=True).stdout
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
    server = http.server.HTTPServer(("127.0.0.1", 0), Authority)
    print(server.server_port)
    server.serve_forever()
    """

  private static func configuration(_ folder: ScratchFolder) -> String {
    """
    [req]
    distinguished_name = name
    [name]
    [ca]
    basicConstraints = critical, CA:TRUE
    keyUsage = critical, keyCertSign, cRLSign
    [issuing]
    new_certs_dir = \(folder.url.path)
    database = \(folder.file("index").path)
    rand_serial = yes
    default_md = sha256
    policy = any
    unique_subject = no
    [any]
    countryName = optional
    organizationName = optional
    commonName = supplied
    [stamping]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = critical, timeStamping
    [tsa_section]
    serial = \(folder.file("serial").path)
    signer_cert = \(folder.file("tsa.pem").path)
    signer_key = \(folder.file("tsa.key").path)
    signer_digest = sha256
    default_policy = 1.3.6.1.4.1.99999.1
    other_policies = 1.3.6.1.4.1.99999.2
    digests = sha256, sha384, sha512
    accuracy = secs:1
    tsa_name = yes
    ess_cert_id_alg = sha256
    [tsa]
    default_tsa = tsa_section

    """
  }
}
