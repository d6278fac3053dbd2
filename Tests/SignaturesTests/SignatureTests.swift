import Foundation
import Testing
import TimeStamps

@testable import Signatures

/// Signatures made by the `openssl` command, checked by us.
@Suite struct SignatureTests {
  private let office: SigningOffice
  private let content = Data("Bescheid über die Zulassung eines Dienstrades.\n".utf8)

  init() throws {
    office = try SigningOffice()
  }

  private var now: Int64 { Int64(Date().timeIntervalSince1970) }

  private func check(
    _ signature: Data, of content: Data, anchors: TrustAnchors?, at time: Int64? = nil
  ) throws -> [Signature] {
    try SignedFile(office.write(content, "checked").path).check(Array(signature), anchors: anchors, at: time ?? now)
  }

  @Test func detachedSignatureIsSoundAndItsSignerNamed() throws {
    let results = try check(try office.sign(content), of: content, anchors: try office.anchors())
    let result = try #require(results.first)
    #expect(results.count == 1 && result.form == .cms)
    #expect(result.isSound && result.problem == nil && result.coversAll)
    #expect(result.signer == "CN=Anna Beispiel,O=Kreis" && result.issuer == "CN=Wurzel,O=Pruefstelle")
    #expect(try result.certificate == office.fingerprint("anna.pem"))
    #expect(result.trust == .trusted)
    let claimed = try #require(result.claimedTime)
    #expect(abs(claimed - now) < 3600)
  }

  @Test func signatureOfOtherBytesIsNotSound() throws {
    var altered = content
    altered[3] ^= 1
    let result = try #require(
      try check(try office.sign(content), of: altered, anchors: try office.anchors()).first)
    #expect(!result.isSound && result.problem != nil)
    // Whose it claims to be is still said.
    #expect(result.signer == "CN=Anna Beispiel,O=Kreis")
  }

  @Test func soundSignatureOfSomebodyUnknownIsToldFromOneThatIsTrusted() throws {
    let signature = try office.sign(content)
    #expect(try check(signature, of: content, anchors: nil).map(\.trust) == [.unknown])
    let stranger = try SigningOffice()
    let result = try #require(try check(signature, of: content, anchors: try stranger.anchors()).first)
    #expect(result.isSound)
    guard case .untrusted = result.trust else { return #expect(Bool(false), "\(result.trust)") }
    // Nor is a certificate trusted outside its time.
    let late = try #require(
      try check(signature, of: content, anchors: try office.anchors(), at: now + 100 * 365 * 86_400).first)
    guard case .untrusted = late.trust else { return #expect(Bool(false), "\(late.trust)") }
  }

  @Test func messageWithAContentOfItsOwnSaysNothingOfThisOne() throws {
    let attached = try office.sign(Data("etwas anderes".utf8), options: ["-nodetach"])
    let result = try #require(try check(attached, of: content, anchors: try office.anchors()).first)
    #expect(!result.isSound)
  }

  @Test(arguments: [
    [UInt8](), [0x30], [0x30, 0x80, 0, 0], Array("%PDF-1.7".utf8), [UInt8](repeating: 0xFF, count: 4096),
  ])
  func whatIsNoSignatureIsNotSound(bytes: [UInt8]) throws {
    let results = try check(Data(bytes), of: content, anchors: nil)
    #expect(results.count == 1 && results.allSatisfy { !$0.isSound && $0.problem != nil })
  }

  // MARK: PDF

  private func checkPDF(_ pdf: Data) throws -> [Signature] {
    let file = try SignedFile(office.write(pdf, "checked.pdf").path)
    let isPDF = file.isPDF()
    #expect(isPDF)
    return file.checkPDF(anchors: try office.anchors(), at: now)
  }

  @Test func signatureInAPDFIsSound() throws {
    let result = try #require(try checkPDF(try office.signedPDF()).first)
    #expect(result.form == .pdf && result.isSound && result.coversAll && result.trust == .trusted)
    #expect(result.signer == "CN=Anna Beispiel,O=Kreis")
  }

  @Test func alteredPDFIsNotSound() throws {
    var pdf = try office.signedPDF()
    let place = try #require(pdf.firstRange(of: Data("Bescheid".utf8)))
    pdf[place.lowerBound] = UInt8(ascii: "b")
    let results = try checkPDF(pdf)
    #expect(results.count == 1 && results.allSatisfy { !$0.isSound })
  }

  @Test func whatWasAddedBehindTheSignatureIsSaid() throws {
    let pdf = try office.signedPDF() + Data("\n% eine spätere Fassung\n%%EOF\n".utf8)
    let result = try #require(try checkPDF(pdf).first)
    #expect(result.isSound && !result.coversAll)
  }

  @Test func bytesHiddenInTheGapAreNotAccepted() throws {
    var pdf = try office.signedPDF()
    // The room behind the signature, which it does not cover, holds something else than zeros.
    let end = try #require(pdf.firstRange(of: Data(">".utf8) + Data("/Ende".utf8)))
    pdf.replaceSubrange(end.lowerBound - 4..<end.lowerBound, with: Data("4142".utf8))
    let results = try checkPDF(pdf)
    #expect(results.count == 1 && results.allSatisfy { !$0.isSound })
  }

  @Test(arguments: [
    "[0 10 99999 5]", "[5 10 20 5]", "[0 10 5 5]", "[0 0 10 5]", "[0 10 20 99999999999999]",
    "[0 9 18446744073709551615 1]",
    "[0 10 20]", "[a b c d]", "[",
  ])
  func rangesOfNoFileAreRefusedOrNoEntry(text: String) throws {
    let pdf = Data("%PDF-1.7\n/ByteRange \(text)\n<30030201>\n%%EOF\n".utf8)
    #expect(try checkPDF(pdf).allSatisfy { !$0.isSound })
  }

  @Test func pdfThatNobodySignedHasNoSignature() throws {
    #expect(try checkPDF(Data("%PDF-1.7\nnichts\n%%EOF\n".utf8)).isEmpty)
  }

  @Test func entryAcrossTheBlocksInWhichAFileIsReadIsFoundOnce() throws {
    for shift in [0, 5, 9] {
      let pdf = try office.signedPDF(padding: (1 << 20) - 9 - shift)
      let results = try checkPDF(pdf)
      #expect(results.count == 1 && results.allSatisfy(\.isSound))
    }
  }
}

/// Somebody with a certificate, made by the `openssl` command; gone with the test.
final class SigningOffice {
  let folder = FileManager.default.temporaryDirectory.appending(path: "signatures-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try openssl(
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "3650",
      "-subj", "/O=Pruefstelle/CN=Wurzel")
    try openssl(
      "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "anna.key", "-out", "anna.csr", "-subj",
      "/O=Kreis/CN=Anna Beispiel")
    try openssl(
      "x509", "-req", "-in", "anna.csr", "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "2", "-days", "3650",
      "-out", "anna.pem")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ data: Data, _ name: String) throws -> URL {
    let file = folder.appending(path: name)
    try data.write(to: file)
    return file
  }

  func anchors() throws -> TrustAnchors {
    try TrustAnchors(Array(Data(contentsOf: folder.appending(path: "root.pem"))))
  }

  /// SHA-256 of a certificate, in hexadecimal.
  func fingerprint(_ certificate: String) throws -> String {
    try openssl("x509", "-in", certificate, "-outform", "DER", "-out", "der")
    try openssl("dgst", "-sha256", "-r", "-out", "digest", "der")
    return String(decoding: try Data(contentsOf: folder.appending(path: "digest")).prefix(64), as: UTF8.self)
  }

  /// A CMS signature in DER, detached unless the options say otherwise.
  func sign(_ content: Data, options: [String] = []) throws -> Data {
    _ = try write(content, "content")
    try openssl(
      [
        "cms", "-sign", "-binary", "-in", "content", "-signer", "anna.pem", "-inkey", "anna.key", "-md", "sha256",
        "-cades",
        "-outform", "DER", "-out", "signature",
      ] + options)
    return try Data(contentsOf: folder.appending(path: "signature"))
  }

  /// A PDF in as far as its signature goes: what precedes the gap, the gap with room for more than the signature needs, and
  /// the rest.
  func signedPDF(padding: Int = 0) throws -> Data {
    let room = 16_384
    let start = Data("%PDF-1.7\n".utf8) + Data(repeating: UInt8(ascii: "%"), count: padding)
    let end = Data("/Ende (Bescheid) >>\n%%EOF\n".utf8)
    // The numbers have as many digits as they need, filled up with spaces.
    func head(_ range: String) -> Data {
      start
        + Data("<< /Type /Sig /ByteRange [\(range.padding(toLength: 40, withPad: " ", startingAt: 0))] /Contents ".utf8)
    }
    let before = head("").count
    let after = before + room + 2
    let signed = head("0 \(before) \(after) \(end.count)")
    let digits = try sign(signed + end).map { String(format: "%02x", $0) }.joined()
    let gap = "<" + digits.padding(toLength: room, withPad: "0", startingAt: 0) + ">"
    return signed + Data(gap.utf8) + end
  }

  private func openssl(_ arguments: String...) throws { try openssl(arguments) }

  private func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }
}
