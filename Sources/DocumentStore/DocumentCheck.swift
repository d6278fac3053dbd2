import Glibc
public import TransparencyLog

/// Something in the store that is not as it must be.
public enum DocumentFinding: Sendable, Hashable {
  /// No content under a digest that was asked for.
  case missing(Digest)
  /// The content under the digest has another one.
  case altered(Digest, actual: Digest)
  /// The content or folder could not be read.
  case unreadable(path: String, DocumentStoreError)
  /// A content on its way in or out, or one that was interrupted: nobody was told that it is stored.
  case unfinished(path: String)
  /// A name that no content has.
  case foreign(path: String)
}

extension DocumentStore {
  /// Reads one content, in constant memory; `nil` if it is sound.
  public func check(_ digest: Digest) -> DocumentFinding? {
    do throws(DocumentStoreError) {
      let actual = try actualDigest(of: digest)
      return actual == digest ? nil : .altered(digest, actual: actual)
    } catch .missing {
      return .missing(digest)
    } catch {
      return .unreadable(path: path(of: digest), error)
    }
  }

  /// Reads every content there is, in constant memory for each.
  ///
  /// What is missing only the log can say: ask ``check(_:)`` for each digest it names.
  ///
  /// - Returns: how many contents are sound, and the findings in the order of their paths.
  /// - Throws: if the store itself cannot be listed; what cannot be read inside it is a finding.
  public func check() throws(DocumentStoreError) -> (sound: Int, findings: [DocumentFinding]) {
    var sound = 0
    var findings: [DocumentFinding] = []
    for name in try Folder.names(in: root) {
      let path = root + "/" + name
      guard isHex(name, digits: 2), Folder.exists(path) else {
        findings.append(.foreign(path: path))
        continue
      }
      do throws(DocumentStoreError) {
        try checkFolder(name, &sound, &findings)
      } catch {
        findings.append(.unreadable(path: path, error))
      }
    }
    for name in Folder.exists(uploads) ? try Folder.names(in: uploads) : [] {
      let path = uploads + "/" + name
      let isKnown = DocumentStore.uploadName(name) != nil || DocumentStore.removalNote(name) != nil
      findings.append(isKnown ? .unfinished(path: path) : .foreign(path: path))
    }
    return (sound, findings)
  }

  private func checkFolder(
    _ folder: String, _ sound: inout Int, _ findings: inout [DocumentFinding]
  ) throws(DocumentStoreError) {
    for name in try Folder.names(in: root + "/" + folder) {
      let path = root + "/" + folder + "/" + name
      if isHex(name, digits: 62), let digest = Digest(hex: folder + name) {
        if let finding = check(digest) { findings.append(finding) } else { sound += 1 }
      } else {
        findings.append(.foreign(path: path))
      }
    }
  }

  /// The digest of what stands under `digest`, read in constant memory.
  func actualDigest(of digest: Digest) throws(DocumentStoreError) -> Digest {
    let file = try open(digest)
    var hasher = SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: OpenFile.blockSize)
    while true {
      let count = try file.read(into: &buffer)
      guard count > 0 else { return hasher.finalize() }
      buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }

  private func isHex(_ name: String, digits: Int) -> Bool {
    name.utf8.count == digits && name.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }
}
