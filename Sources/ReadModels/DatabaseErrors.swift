import GRDB

extension DatabaseError {
  /// SQLite's message alone.
  var text: String { message ?? "SQLite error \(extendedResultCode.rawValue)" }

  /// The file or its disk is at fault, not the statement.
  var concernsFile: Bool {
    switch resultCode {
    case .SQLITE_IOERR, .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_BUSY, .SQLITE_NOMEM: true
    default: isCorruption
    }
  }

  /// What the file holds is no sound database any more; building it anew helps.
  var isCorruption: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}

/// Runs `body` so that who calls us need not know GRDB: its errors come out as ours.
func translatingErrors<Result>(of path: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as DatabaseError {
    throw ReadModelError.unusable(path: path, detail: error.text)
  } catch let error as ProjectionState.Unusable {
    throw ReadModelError.unusable(path: path, detail: error.reason)
  }
}
