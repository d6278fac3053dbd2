import Foundation
import TransparencyLog

/// The places of a witness:
///
/// ```
/// <witness>/                          0750
///   witness.key                       0600  the secret key; written last by `init`
///   logs/<hex SHA-256 of the origin>        the newest checkpoint it cosigned of that log: a signed note
///   lock                                    flock: one process
/// ```
///
/// A witness restored from a backup has forgotten what it cosigned since, and could cosign a second history: it goes on
/// under a new name and key only.
struct WitnessDirectory: Sendable, Hashable {
  let path: String

  init(_ path: String) {
    self.path = path
  }

  var key: String { path + "/witness.key" }
  var logs: String { path + "/logs" }
  var lock: String { path + "/lock" }

  /// The file of a log, by the SHA-256 of its origin.
  func state(of log: Digest) -> String { logs + "/" + log.hex }

  func signingKey() throws(WitnessError) -> CosigningKey {
    let bytes: [UInt8]
    do throws(WitnessError) {
      let mode = try DurableFile.mode(of: key)
      guard mode & 0o077 == 0 else {
        throw .key("others may read it (mode \(String(mode, radix: 8))): chmod 600 \(key)")
      }
      bytes = try DurableFile.contents(of: key)
    } catch .system(_, _, ENOENT) {
      throw .noWitness(path)
    }
    do {
      return try CosigningKey(String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines))
    } catch {
      throw .key("\(error)")
    }
  }
}
