import Glibc
public import TransparencyLog

/// Removing a content, which its records outlive. That it is about to go is noted first, so that a crash between the
/// record that says so and the removal can be seen, without going through all contents:
///
/// ```
/// documents/uploads/<64 hex digits>.gone   an empty file
/// ```
extension DocumentStore {
  /// Notes durably that a content is about to be removed.
  public func announceRemoval(of digest: Digest) throws(DocumentStoreError) {
    try Folder.createIfAbsent(uploads)
    try Folder.refuseLink(uploads)
    _ = try OpenFile(notePath(of: digest), O_WRONLY | O_CREAT, mode: 0o600)
    try Folder.synchronize(uploads)
  }

  /// Removes a content that was announced, durably; nothing there is no error.
  public func remove(_ digest: Digest) throws(DocumentStoreError) {
    let folder = folder(of: digest)
    try Folder.refuseLink(folder)
    if Folder.exists(folder) {
      try Folder.removeIfThere(path(of: digest))
      try Folder.synchronize(folder)
    }
    try withdrawRemoval(of: digest)
  }

  /// Takes an announcement back: nothing was recorded.
  public func withdrawRemoval(of digest: Digest) throws(DocumentStoreError) {
    try Folder.removeIfThere(notePath(of: digest))
  }

  /// What was announced and neither carried out nor taken back.
  public func announcedRemovals() throws(DocumentStoreError) -> [Digest] {
    guard Folder.exists(uploads) else { return [] }
    return try Folder.names(in: uploads).compactMap { DocumentStore.removalNote($0) }
  }

  static func removalNote(_ name: String) -> Digest? {
    name.hasSuffix(".gone") ? Digest(hex: name.dropLast(5)) : nil
  }

  private func notePath(of digest: Digest) -> String { "\(uploads)/\(digest.hex).gone" }
}
