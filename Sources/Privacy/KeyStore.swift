import Glibc
import Synchronization
import TransparencyLog

/// The keys of sealed personal fields: one current key for each person, in the folder `keys/personen` of a ledger.
///
/// ```
/// keys/personen/                             0700
///   <32 hex digits of the key id>.key        0600  one key
///   <64 hex digits>.person                   0600  which key is the person's current one
///   new.key, new.person                      0600  a file being written; left behind only where a crash cut it off
/// ```
///
/// A person file is named by the SHA-256 of the person reference's UTF-8 bytes. Both files are lines of text, each
/// ended by LF, and both end with the SHA-256 of the bytes before that line:
///
/// ```
/// aktenspur-key 1                                      aktenspur-person 1
/// id 6f1c9a0b…                                         person 0f3a…
/// person 0f3a…                                         generation 1
/// generation 1                                         id 6f1c9a0b…
/// key <32 bytes, base64url without padding>            sum 5d21…
/// sum 9be4…
/// ```
///
/// Sealing finds the key through the person, unsealing through the id in the sealed value; neither lists the folder.
/// Why two files: a key lies in one file only, so that destroying it is the work of one `unlink`; what remains says
/// which generation the person had come to. An id is random and never computed, so neither a restored store that
/// counts a generation again nor a second key of a person can bring back the id of a key that was destroyed: a list of
/// destroyed ids kept elsewhere stays true.
///
/// A backup of the folder is complete whenever it was taken: a person file is written after its key, so copy the
/// person files first. A person whose key file is missing, and not destroyed, gets no new key but an error: it was lost.
///
/// Destroying removes the key file and leaves the person file, so that the person's next key is of the next generation.
/// The store does not write down which keys were destroyed: the ledger does, and says so at every opening with
/// ``destroy(_:)``. From then on a copy of the file that comes back is not believed.
///
/// The store may be used from several threads. There must be one process that seals: the holder of the ledger's lock.
/// Calls read and write files and may block.
public final class KeyStore: Sendable {
  private struct Cache {
    var current: RecentlyUsed<Digest, PersonKey>
    var byID: RecentlyUsed<KeyID, PersonKey>
  }

  private let files: KeyFiles
  private let cache: Mutex<Cache>
  /// Ids whose keys are gone for good, whatever a restored copy of the folder holds.
  private let destroyed = Mutex<Set<KeyID>>([])
  /// Persons whose key is about to be destroyed, by how many callers.
  private let withheld = Mutex<[Digest: Int]>([:])
  /// Held while a person's key is looked up in the files or made: nobody gets a key that is not durable yet.
  private let personFiles = Mutex(())

  /// Opens a store.
  ///
  /// - Parameters:
  ///   - directory: the folder `keys/personen` of a ledger.
  ///   - cachedKeys: how many keys are held in memory, at most, each way of finding them; at least 1.
  /// - Throws: ``PrivacyError/notAKeyStore(path:)`` where there is none: opening never makes one.
  public init(directory: String, cachedKeys: Int = 4096) throws(PrivacyError) {
    files = KeyFiles(directory: directory)
    cache = Mutex(Cache(current: RecentlyUsed(capacity: cachedKeys), byID: RecentlyUsed(capacity: cachedKeys)))
    var status = stat()
    guard lstat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw .notAKeyStore(path: directory)
    }
    // A process that was killed may have renamed a file and not synced the folder; from here on a name is durable.
    try files.synchronize()
  }

  /// Makes an empty store. The folder must not be there yet, the one it goes into must.
  public static func create(at directory: String, cachedKeys: Int = 4096) throws(PrivacyError) -> KeyStore {
    guard mkdir(directory, 0o700) == 0 else { throw .system(call: "mkdir", path: directory, errno: errno) }
    try KeyFiles(directory: directory + "/..").synchronize()
    return try KeyStore(directory: directory, cachedKeys: cachedKeys)
  }

  /// Seals a value with the person's current key; a person without one gets one, durable when this returns.
  ///
  /// AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D §8.2.2; §8.3 allows 2³² values for each key). The
  /// additional data is, for type, subject and field in this order: the length in bytes as 8 bytes, most significant
  /// first, then the UTF-8 bytes. The length of the value can be read from the outside.
  ///
  /// The same value sealed twice gives two texts: see ``SealedValue`` for how a repeated event is recognized.
  ///
  /// - Parameters:
  ///   - plaintext: the value's JSON text, any JSON value, as it was sent.
  ///   - person: the pseudonymous reference of the person the value is about.
  ///   - type: the event's `type`.
  ///   - subject: the event's `subject`.
  ///   - field: JSON Pointer (RFC 6901) to the field, from `data`: `/nutzer`.
  /// - Returns: the JSON object that replaces the value.
  public func seal(
    _ plaintext: [UInt8], person: String, type: String, subject: String, field: String
  ) throws(PrivacyError) -> [UInt8] {
    let key = try currentKey(of: SHA256.hash(person))
    let nonce = try Random.bytes(AES256GCM.nonceLength)
    let place = SealedPlace(type: type, subject: subject, field: field)
    let ciphertext = try AES256GCM.seal(
      plaintext, key: key.key, nonce: nonce, additionalData: place.additionalData)
    return SealedValue(keyID: key.id, nonce: nonce, ciphertext: ciphertext).json
  }

  /// The JSON text of a sealed value.
  ///
  /// - Parameter sealed: the text of the member `sealed`.
  /// - Throws: ``PrivacyError/destroyedKey(_:)`` and ``PrivacyError/missingKey(_:)`` where the key is gone,
  ///   ``PrivacyError/notAuthentic(_:type:subject:field:)``
  ///   where the value was altered or stands in another place than it was sealed for.
  public func unseal(
    _ sealed: String, type: String, subject: String, field: String
  ) throws(PrivacyError) -> [UInt8] {
    try unseal(SealedValue(sealed), type: type, subject: subject, field: field)
  }

  /// The JSON text of a sealed value.
  public func unseal(
    _ sealed: SealedValue, type: String, subject: String, field: String
  ) throws(PrivacyError) -> [UInt8] {
    let key = try key(sealed.keyID)
    let place = SealedPlace(type: type, subject: subject, field: field)
    let plaintext = try AES256GCM.open(
      sealed.ciphertext, key: key.key, nonce: sealed.nonce, additionalData: place.additionalData)
    guard let plaintext else { throw .notAuthentic(key.id, type: type, subject: subject, field: field) }
    return plaintext
  }

  // MARK: Destroying

  /// What the store has of a person.
  public enum PersonState: Sendable, Hashable {
    /// Nothing was ever sealed.
    case unknown
    /// Values sealed now, and since the generation began, open with that key.
    case sealing(KeyID, generation: Int)
    /// The newest key is destroyed, and nothing has been sealed since.
    case destroyed(KeyID, generation: Int)
  }

  /// What the store has of a person; a key that was lost is still named.
  public func state(of person: String) throws(PrivacyError) -> PersonState {
    guard let entry = try files.entry(of: SHA256.hash(person)) else { return .unknown }
    return isDestroyed(entry.id)
      ? .destroyed(entry.id, generation: entry.generation) : .sealing(entry.id, generation: entry.generation)
  }

  /// Lets nothing more be sealed for a person until ``release(_:)``: ``seal(_:person:type:subject:field:)`` throws
  /// ``PrivacyError/beingErased``. Who destroys a key withholds it first, then waits for what was sealed before, so
  /// that no value is recorded whose key is gone.
  public func withhold(_ person: String) {
    withheld.withLock { $0[SHA256.hash(person), default: 0] += 1 }
  }

  /// Takes one call of ``withhold(_:)`` back.
  public func release(_ person: String) {
    withheld.withLock { withheld in
      let person = SHA256.hash(person)
      withheld[person] = withheld[person].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
  }

  /// Lets a key open and seal nothing more, whatever becomes of its file.
  public func retire(_ id: KeyID) {
    _ = destroyed.withLock { $0.insert(id) }
    cache.withLock {
      $0.current = RecentlyUsed(capacity: $0.current.capacity)
      $0.byID = RecentlyUsed(capacity: $0.byID.capacity)
    }
  }

  /// Where a key lies, if it is there.
  public func file(of id: KeyID) -> String { files.path(of: id) }

  /// Destroys a key: it is retired, and its file is gone when this returns. A key that has no file, because it was
  /// destroyed before, is not used again either.
  ///
  /// The file's bytes are overwritten before it is removed. That is no promise: a file system or a disk may keep what
  /// it replaces, and a copy of the folder holds the key until it is destroyed as well.
  public func destroy(_ id: KeyID) throws(PrivacyError) {
    retire(id)
    try personFiles.withLock { _ throws(PrivacyError) in try files.remove(id) }
  }

  /// A key as it might lie somewhere: its bytes, and as text in base64, base64url and hexadecimal digits. For whoever
  /// destroys it and looks afterwards whether anything is left.
  ///
  /// - Throws: ``PrivacyError/destroyedKey(_:)``, ``PrivacyError/missingKey(_:)``
  public func forms(of id: KeyID) throws(PrivacyError) -> [[UInt8]] {
    let key = try key(id).key
    let url = Base64URL.encode(key)
    let plain = url.replacing("-", with: "+").replacing("_", with: "/")
    let digits = Array("0123456789abcdef".utf8)
    return [
      key, Array(url.utf8), Array(plain.utf8), key.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
    ]
  }

  private func isDestroyed(_ id: KeyID) -> Bool { destroyed.withLock { $0.contains(id) } }

  // MARK: Finding

  private func currentKey(of person: Digest) throws(PrivacyError) -> PersonKey {
    guard withheld.withLock({ $0[person] }) == nil else { throw .beingErased }
    if let key = cache.withLock({ $0.current.value(for: person) }) { return key }
    return try personFiles.withLock { _ throws(PrivacyError) in
      let key: PersonKey
      if let entry = try files.entry(of: person), !isDestroyed(entry.id) {
        key = try files.key(of: entry)
      } else {
        let last = try files.entry(of: person)?.generation ?? 0
        key = try PersonKey.random(person: person, generation: last + 1)
        try files.add(key)
      }
      cache.withLock { $0.current.insert(key, for: person) }
      return key
    }
  }

  private func key(_ id: KeyID) throws(PrivacyError) -> PersonKey {
    guard !isDestroyed(id) else { throw .destroyedKey(id) }
    if let key = cache.withLock({ $0.byID.value(for: id) }) { return key }
    let key = try files.key(id)
    cache.withLock { $0.byID.insert(key, for: id) }
    return key
  }
}
