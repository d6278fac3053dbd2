import GRDB
import GRDBSQLite

/// Replaces the SQL functions whose value does not follow from their arguments, so that the same log always gives the
/// same rows: `random()`, `CURRENT_TIMESTAMP`, and the date functions where they would read the clock or the machine's
/// time zone (`'now'`, `'localtime'`, `'utc'`, or no time value at all). Everything else is passed on to SQLite's own.
///
/// Whether a date function reads the clock depends on the value of its argument, which only shows when it runs; so the
/// check is in the function, on every connection that runs SQL of packs.
///
/// Belongs to one connection and is touched only on its queue.
final class ClockFunctions: @unchecked Sendable {
  /// Whether the statement now running may read the clock.
  var isAllowed = false

  /// Functions that read the clock or chance whatever their arguments.
  static let always: Set<String> = ["random", "randomblob", "current_date", "current_time", "current_timestamp"]

  private static let dates = ["date", "time", "datetime", "julianday", "unixepoch", "strftime"]
  /// Since SQLite 3.43.
  private static let timediff = "timediff"

  private let builtins = BuiltinConnection()

  /// Must be called once on the connection's queue; the object must live as long as the connection.
  func install(on db: Database) throws {
    var names = ClockFunctions.always.map { (name: $0, arguments: $0.hasPrefix("random") ? CInt(-1) : 0) }
    names += ClockFunctions.dates.map { ($0, -1) }
    if sqlite3_libversion_number() >= 3_043_000 { names.append((ClockFunctions.timediff, 2)) }
    for (name, arguments) in names {
      let function = ClockFunction(name: name, owner: self)
      let code = sqlite3_create_function_v2(
        db.sqliteConnection, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
        Unmanaged.passRetained(function).toOpaque(),
        { context, count, arguments in
          guard let context, let user = sqlite3_user_data(context) else { return }
          let values = UnsafeBufferPointer(start: arguments, count: Int(count))
          Unmanaged<ClockFunction>.fromOpaque(user).takeUnretainedValue().call(context, values)
        }, nil, nil,
        { user in
          if let user { Unmanaged<ClockFunction>.fromOpaque(user).release() }
        })
      guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
  }

  /// One replaced function.
  private final class ClockFunction {
    let name: String
    unowned let owner: ClockFunctions
    private let isAlways: Bool
    private let isDate: Bool
    /// The place of the first argument that may be a time.
    private let firstTime: Int
    private let builtin: BuiltinFunction

    init(name: String, owner: ClockFunctions) {
      self.name = name
      self.owner = owner
      isAlways = ClockFunctions.always.contains(name)
      isDate = name == "date"
      firstTime = name == "strftime" ? 1 : 0
      builtin = BuiltinFunction(name, of: owner.builtins)
    }

    func call(_ context: OpaquePointer, _ arguments: UnsafeBufferPointer<OpaquePointer?>) {
      // These forms read no clock.
      if isDate, DayArithmetic.call(context, arguments) { return }
      if !owner.isAllowed, let reading = clockReading(arguments) {
        let message = "\(reading) is not allowed here: the same log must always give the same rows"
        sqlite3_result_error(context, message, -1)
        return
      }
      builtin.call(context, arguments)
    }

    /// The call as text, if it would read the clock, chance or the machine's time zone.
    private func clockReading(_ arguments: UnsafeBufferPointer<OpaquePointer?>) -> String? {
      if isAlways { return name }
      guard arguments.count > firstTime else { return "\(name)() without a time" }
      for argument in arguments[firstTime...] {
        let type = sqlite3_value_type(argument)
        guard type == SQLITE_TEXT || type == SQLITE_BLOB, let text = sqlite3_value_text(argument) else { continue }
        // A string is made of the word only where its first letter says that it may be one.
        let word =
          switch text[0] | 0x20 {
          case UInt8(ascii: "n"): "now"
          case UInt8(ascii: "l"): "localtime"
          case UInt8(ascii: "u"): "utc"
          default: ""
          }
        if !word.isEmpty, sqlite3_stricmp(UnsafeRawPointer(text), word) == 0 { return "\(name)(… '\(word)' …)" }
      }
      return nil
    }
  }
}

private func sqlite3_stricmp(_ left: UnsafeRawPointer, _ right: String) -> CInt {
  GRDBSQLite.sqlite3_stricmp(left.assumingMemoryBound(to: CChar.self), right)
}
