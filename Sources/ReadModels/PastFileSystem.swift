import Foundation
import GRDBSQLite
import Synchronization

/// Gives SQLite a file for ``PastPages``: a file system of its own (VFS, https://www.sqlite.org/vfs.html) which leaves all
/// other files to that of the operating system.
enum PastFileSystem {
  private static let name = "aktenspur-past"
  private static let files = Mutex<[String: PastPages]>([:])

  /// The paths under which SQLite finds it are URIs; Debian's SQLite takes them.
  static let isAvailable = sqlite3_compileoption_used("USE_URI") == 1 && isRegistered

  /// Opens the pages under a path for as long as `body` runs. Whoever has opened it by then goes on reading and writing.
  static func with<Output>(_ pages: PastPages, _ body: (_ path: String) throws -> Output) throws -> Output {
    let path = "/\(name)/\(UUID().uuidString)"
    files.withLock { $0[path] = pages }
    defer { files.withLock { _ = $0.removeValue(forKey: path) } }
    return try body("file:\(path)?vfs=\(name)")
  }

  private static let isRegistered: Bool = {
    guard let system = sqlite3_vfs_find(nil) else { return false }
    // What is not said here is as the operating system's says it. It stays as long as the process does.
    let own = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    own.initialize(to: system.pointee)
    own.pointee.pNext = nil
    own.pointee.zName = UnsafePointer(strdup(name))
    own.pointee.szOsFile = max(system.pointee.szOsFile, CInt(MemoryLayout<PastFile>.stride))
    own.pointee.xOpen = { _, path, file, flags, opened in
      guard let file else { return SQLITE_CANTOPEN }
      let pages = path.flatMap { path in files.withLock { $0[String(cString: path)] } }
      guard let pages else {
        // Those for sorting, perhaps.
        guard let system = sqlite3_vfs_find(nil), let open = system.pointee.xOpen else { return SQLITE_CANTOPEN }
        return open(system, path, file, flags, opened)
      }
      UnsafeMutableRawPointer(file).assumingMemoryBound(to: PastFile.self)
        .initialize(to: PastFile(base: sqlite3_file(pMethods: methods), pages: Unmanaged.passRetained(pages)))
      opened?.pointee = flags
      return SQLITE_OK
    }
    return sqlite3_vfs_register(own, 0) == SQLITE_OK
  }()

  nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    var all = sqlite3_io_methods()
    all.iVersion = 1
    all.xClose = { file in
      PastFile.pages(file)?.release()
      return SQLITE_OK
    }
    all.xRead = { file, buffer, count, offset in
      guard let pages = PastFile.pages(file)?.takeUnretainedValue(), let buffer else { return PastFile.readError }
      let bytes = UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
      do {
        let read = try pages.read(into: bytes, at: Int(offset))
        if read == bytes.count { return SQLITE_OK }
        // SQLite wants zeros where the file ends.
        UnsafeMutableRawBufferPointer(rebasing: bytes[read...]).initializeMemory(as: UInt8.self, repeating: 0)
        return PastFile.shortRead
      } catch {
        return PastFile.readError
      }
    }
    all.xWrite = { file, buffer, count, offset in
      guard let pages = PastFile.pages(file)?.takeUnretainedValue(), let buffer else { return PastFile.writeError }
      do {
        try pages.write(UnsafeRawBufferPointer(start: buffer, count: Int(count)), at: Int(offset))
        return SQLITE_OK
      } catch {
        return PastFile.writeError
      }
    }
    all.xTruncate = { file, bytes in
      PastFile.pages(file)?.takeUnretainedValue().bytes = Int(bytes)
      return SQLITE_OK
    }
    all.xFileSize = { file, bytes in
      bytes?.pointee = sqlite3_int64(PastFile.pages(file)?.takeUnretainedValue().bytes ?? 0)
      return SQLITE_OK
    }
    // Nobody else has it, and it does not outlive the process.
    all.xSync = { _, _ in SQLITE_OK }
    all.xLock = { _, _ in SQLITE_OK }
    all.xUnlock = { _, _ in SQLITE_OK }
    all.xCheckReservedLock = { _, isReserved in
      isReserved?.pointee = 0
      return SQLITE_OK
    }
    all.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
    all.xSectorSize = { _ in CInt(KeptPages.pageSize) }
    all.xDeviceCharacteristics = { _ in 0 }
    methods.initialize(to: all)
    return UnsafePointer(methods)
  }()
}

/// What SQLite keeps for an open file; it begins as SQLite wants it.
private struct PastFile {
  var base: sqlite3_file
  var pages: Unmanaged<PastPages>

  // C macros that Swift does not take over (https://www.sqlite.org/rescode.html).
  static let readError = SQLITE_IOERR | (1 << 8)
  static let shortRead = SQLITE_IOERR | (2 << 8)
  static let writeError = SQLITE_IOERR | (3 << 8)

  static func pages(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Unmanaged<PastPages>? {
    file.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: PastFile.self).pointee.pages }
  }
}
