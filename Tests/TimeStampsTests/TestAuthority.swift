import Foundation
import TimeStamps

/// A time stamp authority of the tests' own: certificates made with `openssl req` and `openssl x509`, answers given
/// by `openssl ts -reply`. Its folder goes when the last test lets go of it.
final class TestAuthority: Sendable {
  static let policy = "1.3.6.1.4.1.99999.1"
  static let otherPolicy = "1.3.6.1.4.1.99999.2"

  let folder: URL

  /// - Parameter name: part of its certificates' names, so that authorities differ.
  init(_ name: String = "Eins") throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "aktenspur-tsa-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try write("01\n", to: "serial")
    try write(Self.configuration(name), to: "openssl.cnf")
    try makeKey("ca")
    try openssl(
      "req", "-x509", "-new", "-config", "openssl.cnf", "-extensions", "ca", "-key", "ca.key", "-days", "3650",
      "-subj", "/C=DE/O=Prüfstelle/CN=Wurzel \(name)", "-utf8", "-out", "ca.pem")
    try makeCertificate("tsa", extensions: "tsa", name: name)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A certificate of the authority's root or another issuer, valid for a year from now.
  func makeCertificate(
    _ file: String, extensions: String, name: String, serial: Int = 7, issuer: String = "ca"
  ) throws {
    try makeKey(file)
    try openssl(
      "req", "-new", "-config", "openssl.cnf", "-key", "\(file).key", "-utf8",
      "-subj", "/C=DE/O=Prüfstelle, Amt/CN=Zeitstempel \(name)", "-out", "\(file).csr")
    try openssl(
      "x509", "-req", "-in", "\(file).csr", "-CA", "\(issuer).pem", "-CAkey", "\(issuer).key", "-set_serial",
      String(serial), "-days", "365", "-extfile", "openssl.cnf", "-extensions", extensions, "-out", "\(file).pem")
  }

  /// A certificate of the authority's root, valid only between two times (`YYYYMMDDhhmmssZ`).
  func makeCertificate(_ file: String, name: String, from start: String, to end: String) throws {
    try makeCertificate(file, extensions: "tsa", name: name)
    try write("", to: "index")
    try openssl(
      "ca", "-batch", "-config", "openssl.cnf", "-name", "issuing", "-in", "\(file).csr", "-cert", "ca.pem", "-keyfile",
      "ca.key", "-notext", "-startdate", start, "-enddate", end, "-extensions", "tsa", "-out", "\(file).pem")
  }

  var trust: TrustAnchors {
    get throws { try TrustAnchors(read("ca.pem")) }
  }

  /// The DER of the answer to the DER of a request.
  func answer(_ request: [UInt8], section: String = "tsa_full") throws -> [UInt8] {
    let id = UUID().uuidString
    try write(request, to: "\(id).tsq")
    try openssl(
      "ts", "-reply", "-config", "openssl.cnf", "-section", section, "-queryfile", "\(id).tsq", "-out", "\(id).tsr")
    return try read("\(id).tsr")
  }

  func token(for imprint: Imprint, section: String = "tsa_full") throws -> TimeStampToken {
    let request = try TimeStampRequest(imprint)
    let response = try TimeStampResponse(der: answer(request.der, section: section))
    guard let token = response.token else { throw TimeStampError.notGranted(response.status) }
    return token
  }

  /// A token signed by hand over the content of another: what a careless or hostile authority could send.
  func forge(_ token: TimeStampToken, signer: String = "tsa", _ options: String...) throws -> TimeStampToken {
    try TimeStampToken(sign(content(of: token), "1.2.840.113549.1.9.16.1.4", by: signer, options))
  }

  /// The DER of the `TSTInfo` in a token.
  func content(of token: TimeStampToken) throws -> [UInt8] {
    let id = UUID().uuidString
    try write(token.bytes, to: "\(id).tst")
    try openssl("cms", "-verify", "-noverify", "-nosigs", "-inform", "DER", "-in", "\(id).tst", "-out", "\(id).info")
    return try read("\(id).info")
  }

  /// The DER of a CMS message over content of that type.
  func sign(_ content: [UInt8], _ type: String, by signer: String = "tsa", _ options: [String]) throws -> [UInt8] {
    let id = UUID().uuidString
    try write(content, to: "\(id).info")
    try openssl(
      ["cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-in", "\(id).info", "-out", "\(id).out"]
        + ["-econtent_type", type, "-signer", "\(signer).pem", "-inkey", "\(signer).key"] + options)
    return try read("\(id).out")
  }

  func read(_ file: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: file))) }

  func write(_ bytes: [UInt8], to file: String) throws { try Data(bytes).write(to: folder.appending(path: file)) }

  func write(_ text: String, to file: String) throws { try write(Array(text.utf8), to: file) }

  @discardableResult
  func openssl(_ arguments: String...) throws -> String { try openssl(arguments) }

  @discardableResult
  func openssl(_ arguments: [String]) throws -> String { try Tool.run(["openssl"] + arguments, in: folder) }

  private func makeKey(_ file: String) throws {
    try openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "\(file).key")
  }

  private static func configuration(_ name: String) -> String {
    """
    [req]
    distinguished_name = name
    [name]
    [ca]
    basicConstraints = critical, CA:TRUE
    keyUsage = critical, keyCertSign, cRLSign
    subjectKeyIdentifier = hash
    [tsa]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = critical, timeStamping
    [tsa_not_critical]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = timeStamping
    [tsa_and_mail]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = critical, timeStamping, emailProtection
    [tsa_with_key_id]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = critical, timeStamping
    subjectKeyIdentifier = hash
    [no_purpose]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    [mail]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = critical, emailProtection
    [any_purpose]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = critical, anyExtendedKeyUsage
    [tsa_that_encrypts]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature, keyEncipherment
    extendedKeyUsage = critical, timeStamping
    [issuing]
    new_certs_dir = .
    database = index
    rand_serial = yes
    default_md = sha256
    policy = any
    unique_subject = no
    [any]
    countryName = optional
    organizationName = optional
    commonName = supplied
    [tsa_full]
    serial = serial
    signer_cert = tsa.pem
    signer_key = tsa.key
    signer_digest = sha256
    default_policy = \(policy)
    other_policies = \(otherPolicy)
    digests = sha256, sha384, sha512
    accuracy = secs:1, millisecs:500, microsecs:100
    tsa_name = yes
    ess_cert_id_chain = no
    ess_cert_id_alg = sha256
    [tsa_plain]
    serial = serial
    signer_cert = tsa.pem
    signer_key = tsa.key
    signer_digest = sha512
    default_policy = \(policy)
    digests = sha256, sha384, sha512
    tsa_name = no
    ess_cert_id_alg = sha1
    """
  }
}
