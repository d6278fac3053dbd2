import GRDB
import GRDBSQLite

/// Puts SQLite's functions whose cost grows with the product of two lengths under the budget of steps: `instr`, `replace`,
/// `trim`, `ltrim` and `rtrim`.
///
/// SQLite counts a call as one step, and asks nobody while it runs: two texts of some megabytes would keep a single call
/// busy for hours. Here a call pays for what it may cost before it begins.
///
/// Belongs to one connection and is touched only on its queue.
final class CostlyFunctions: @unchecked Sendable {
  /// Comparisons of bytes that take about as long as one step.
  private static let comparisonsPerStep = 16
  private static let functions: [(name: String, arguments: CInt)] = [
    ("instr", 2), ("replace", 3), ("trim", 2), ("ltrim", 2), ("rtrim", 2),
  ]

  private let budget: StepBudget
  private let builtins = BuiltinConnection()

  init(_ budget: StepBudget) {
    self.budget = budget
  }

  /// Must be called once on the connection's queue; the object must live as long as the connection.
  func install(on db: Database) throws {
    for (name, arguments) in CostlyFunctions.functions {
      let function = CostlyFunction(name: name, owner: self)
      let code = sqlite3_create_function_v2(
        db.sqliteConnection, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
        Unmanaged.passRetained(function).toOpaque(),
        { context, count, arguments in
          guard let context, let user = sqlite3_user_data(context) else { return }
          let values = UnsafeBufferPointer(start: arguments, count: Int(count))
          Unmanaged<CostlyFunction>.fromOpaque(user).takeUnretainedValue().call(context, values)
        }, nil, nil,
        { user in
          if let user { Unmanaged<CostlyFunction>.fromOpaque(user).release() }
        })
      guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
  }

  private final class CostlyFunction {
    let name: String
    unowned let owner: CostlyFunctions
    private let builtin: BuiltinFunction

    init(name: String, owner: CostlyFunctions) {
      self.name = name
      self.owner = owner
      builtin = BuiltinFunction(name, of: owner.builtins)
    }

    func call(_ context: OpaquePointer, _ arguments: UnsafeBufferPointer<OpaquePointer?>) {
      let cost = arguments.prefix(2).reduce(1) { $0 * CostlyFunction.length($1) } / comparisonsPerStep
      guard owner.budget.pay(cost) else {
        sqlite3_result_error(context, "\(name)() of texts this long takes too long", -1)
        return
      }
      builtin.call(context, arguments)
    }

    /// In bytes; numbers are short.
    private static func length(_ value: OpaquePointer?) -> Int {
      let type = sqlite3_value_type(value)
      return type == SQLITE_TEXT || type == SQLITE_BLOB ? Int(sqlite3_value_bytes(value)) : 1
    }
  }
}
