import COpenSSL
import Glibc
public import TimeStamps

/// A file whose signatures are checked, in constant memory however large it is.
public struct SignedFile: ~Copyable {
  let descriptor: Int32
  let size: Int64

  /// What a signature may have, in bytes: certificates and revocation lists are in it.
  public static let largestSignature = 4 << 20

  /// - Throws: ``SignedFileError``
  public init(_ path: String) throws(SignedFileError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw SignedFileError(call: "open", path: path, errno: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw SignedFileError(call: "fstat", path: path, errno: errno)
    }
    size = Int64(status.st_size)
  }

  deinit { close(descriptor) }

  /// Checks a detached CMS signature over the whole file: one result for each signer.
  ///
  /// - Parameters:
  ///   - signature: DER or BER of the CMS message.
  ///   - anchors: nil where none are configured.
  ///   - time: POSIX seconds for which certificates must be valid.
  public borrowing func check(_ signature: [UInt8], anchors: TrustAnchors?, at time: Int64) -> [Signature] {
    CMSCheck(form: .cms, anchors: anchors, time: time)
      .run(signature, over: [(0, size)], of: descriptor, coversAll: true)
  }

  /// At most `count` bytes; fewer at the end or where they cannot be read.
  borrowing func bytes(_ count: Int, at offset: Int64) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset) + filled)
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else { return }
        filled += got
      }
    }
  }
}

/// A file cannot be read.
public struct SignedFileError: Error, Sendable, Hashable, CustomStringConvertible {
  public var call: String
  public var path: String
  public var errno: Int32

  public var description: String { "\(call) \(path): \(String(cString: strerror(errno)))" }
}
