public import Foundation
import TransparencyLog

extension UUID {
  /// The UUID under which a subject of a ledger goes out, always the same: a name-based UUID of version 8 (RFC 9562 §5.8),
  /// the first 128 bits of SHA-256(origin ‖ LF ‖ subject) with version and variant set.
  public init(of subject: String, in origin: String) {
    let digest = SHA256.hash("\(origin)\n\(subject)")
    var bytes = digest.withUnsafeBytes { Array($0.prefix(16)) }
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    self.init(
      uuid: (
        bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
        bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
      ))
  }

  /// As xdomea writes it.
  var text: String { uuidString.lowercased() }
}
