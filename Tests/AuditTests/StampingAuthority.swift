import Foundation
import Testing
import TimeStamps

/// A time stamp authority of the tests' own: its certificates made by `openssl`, its answers given by `openssl ts`.
final class StampingAuthority {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "audit-tsa-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(Self.configuration.utf8).write(to: file("openssl.cnf"))
    try Data("01\n".utf8).write(to: file("serial"))
    for name in ["ca", "tsa"] {
      try openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "\(name).key")
    }
    try openssl(
      "req", "-x509", "-new", "-config", "openssl.cnf", "-extensions", "ca", "-key", "ca.key", "-days", "3650",
      "-subj", "/CN=Wurzel", "-out", "ca.pem")
    try openssl("req", "-new", "-config", "openssl.cnf", "-key", "tsa.key", "-subj", "/CN=Zeit", "-out", "tsa.csr")
    try certify(until: nil)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The authority's certificate, valid for a year or until a time.
  func certify(until end: Date?) throws {
    let time = end ?? Date(timeIntervalSinceNow: 365 * 86_400)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyyMMddHHmmss'Z'"
    try Data().write(to: file("index"))
    try openssl(
      "ca", "-batch", "-config", "openssl.cnf", "-name", "issuing", "-in", "tsa.csr", "-cert", "ca.pem", "-keyfile",
      "ca.key", "-notext",
      "-startdate", formatter.string(from: Date(timeIntervalSinceNow: -3600)), "-enddate", formatter.string(from: time),
      "-extensions", "stamping", "-out", "tsa.pem")
  }

  /// The root's certificate, in PEM.
  var certificates: [UInt8] {
    get throws { Array(try Data(contentsOf: file("ca.pem"))) }
  }

  /// The DER of the answer to a request for a hash.
  func answer(for imprint: Imprint) throws -> [UInt8] {
    try Data(TimeStampRequest(imprint).der).write(to: file("request"))
    try openssl("ts", "-reply", "-config", "openssl.cnf", "-queryfile", "request", "-out", "answer")
    return Array(try Data(contentsOf: file("answer")))
  }

  private func file(_ name: String) -> URL { folder.appending(path: name) }

  private func openssl(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "openssl \(arguments): \(text)")
  }

  private static let configuration = """
    [req]
    distinguished_name = name
    [name]
    [ca]
    basicConstraints = critical, CA:TRUE
    keyUsage = critical, keyCertSign, cRLSign
    [issuing]
    new_certs_dir = .
    database = index
    rand_serial = yes
    default_md = sha256
    policy = any
    unique_subject = no
    [any]
    commonName = supplied
    [stamping]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = critical, timeStamping
    [tsa]
    default_tsa = stamp
    [stamp]
    serial = serial
    signer_cert = tsa.pem
    signer_key = tsa.key
    signer_digest = sha256
    default_policy = 1.3.6.1.4.1.99999.1
    digests = sha256, sha384, sha512
    tsa_name = yes
    ess_cert_id_alg = sha256

    """
}
