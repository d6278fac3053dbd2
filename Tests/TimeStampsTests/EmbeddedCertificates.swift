import Foundation
import TimeStamps

enum EmbeddedCertificates {
  /// The certificates that lie in a token, as `openssl pkcs7 -print_certs` gives them, taken for anchors.
  static func trust(in token: [UInt8]) throws -> TrustAnchors {
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appending(path: "aktenspur-\(UUID().uuidString).tst")
    try Data(token).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let pem = try Tool.run("openssl", "pkcs7", "-inform", "DER", "-in", file.path, "-print_certs", in: folder)
    return try TrustAnchors(pem: pem)
  }
}
