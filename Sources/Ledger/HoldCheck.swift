import EventLog
import ReadModels

/// Asks the packs whether something must be kept, and again before the record that it goes gets its place: a hold that
/// is recorded in between stands.
struct HoldCheck: Sendable {
  /// What is about to go, and how a refusal begins.
  struct Matter: Sendable {
    var matter: Holds.Matter
    var refusal: String
  }

  /// The number of durable records.
  let size: @Sendable () -> UInt64
  /// The holds with the first so many records taken in, or more.
  let holds: @Sendable (_ size: UInt64) throws -> Holds

  /// Examines everything durable now.
  ///
  /// - Returns: the examination, to be handed over with the record.
  /// - Throws: `.objection` where something must be kept, with the place of the first such matter.
  func examination(of matters: [Matter]) throws(AppendError) -> Examination {
    let size = size()
    if let error = examine(matters, size) { throw error }
    return Examination(size: size) { examine(matters, $0) }
  }

  private func examine(_ matters: [Matter], _ size: UInt64) -> AppendError? {
    for (place, matter) in matters.enumerated() {
      do {
        let standing = try holds(size).standing(against: matter.matter)
        guard standing.isEmpty else {
          return .objection(index: place, reasons: [matter.refusal + standing.map(\.reason).joined(separator: "; ")])
        }
      } catch {
        return .notExamined(index: place, reason: "\(error)")
      }
    }
    return nil
  }
}
