import Dispatch
public import EventLog
import Foundation
import LogFormat

/// Copies of the keys of persons. Whoever has one can read what is sealed, also after an erasure; so they are separate from
/// backups, short-lived, and each is recorded before it is made:
///
/// ```
/// de.aktenspur.ledger.schluessel-gesichert   {"bis":"2026-12-31"}
/// ```
///
/// `bis` is the last day on which the copy may exist. An erasure is complete when the last of these days is over.
public enum KeyBackup {
  static let recordName = "schluessel-gesichert"
  /// How many days ahead a copy may last. Erasure is to come "without undue delay" (DSGVO Art. 17 Abs. 1), and a month, or
  /// three where there is cause, is what the law grants for answering about it (Art. 12 Abs. 3).
  public static let longestDays = 90

  /// Copies the files of `keys/personen`.
  ///
  /// - Parameter folder: empty or not there yet; it gets mode 0700, the files 0600.
  /// - Returns: how many files were copied.
  public static func copy(from ledger: String, to folder: String) throws -> Int {
    let source = LedgerDirectory(ledger).personKeys
    try prepare(folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: source).sorted()
    var copied = 0
    // A person's file is written after its key, so that one copied first never names a key that is not copied.
    for kind in [#/[0-9a-f]{64}\.person/#, #/[0-9a-f]{32}\.key/#] {
      for name in names where name.wholeMatch(of: kind) != nil {
        let path = source + "/" + name
        guard let content = try? Data(contentsOf: URL(filePath: path)) else {
          // Erased meanwhile.
          if !FileManager.default.fileExists(atPath: path) { continue }
          throw BackupError.system(call: "open", path: path, errno: EACCES)
        }
        try DurableFile.write(content, to: folder + "/" + name, mode: 0o600)
        copied += 1
      }
    }
    return copied
  }

  /// Makes the folder if it is not there.
  ///
  /// - Throws: ``BackupError/notEmpty(_:)``
  public static func prepare(_ folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    guard try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else {
      throw BackupError.notEmpty(folder)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
  }

  /// The days that a copy made at a time may last to, in the calendar of a time zone.
  static func days(from time: Timestamp, timeZone: String) -> ClosedRange<String> {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: timeZone) ?? .gmt
    func day(_ ahead: Int) -> String {
      let start = Date(timeIntervalSince1970: Double(time.microseconds) / 1e6)
      let date = calendar.date(byAdding: .day, value: ahead, to: start) ?? start
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }
    return day(0)...day(longestDays)
  }
}

extension Ledger {
  /// Records that a copy of the keys of persons is about to be made.
  ///
  /// - Parameter day: the last day of the copy, `YYYY-MM-DD` in the ledger's time zone.
  public func recordKeyBackup(until day: String, by principal: Principal) async throws(Refusal) -> Receipt {
    guard principal.rights.contains(.administer) else {
      throw Refusal(.forbidden, "\(principal.name) may not copy the keys of persons")
    }
    let days = KeyBackup.days(from: .now, timeZone: log.description.timeZone)
    guard CivilDate.isDate(day), days.contains(day) else {
      throw Refusal(
        .unprocessable, pointer: "/until",
        "expected a day from \(days.lowerBound) to \(days.upperBound): a copy of the keys undoes erasures as long as it "
          + "exists, and \(KeyBackup.longestDays) days are the most that is allowed; found \(day)")
    }
    let record = OwnRecord(
      name: KeyBackup.recordName, id: UUID().uuidString, data: #"{"bis":\#(JSONText.string(day))}"#)
    do {
      return try await Ledger.record([record], as: principal.name, by: principal.name, log)[0]
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(.unavailable, "\(error)")
    }
  }

  /// The last day on which a copy of the keys of persons may still exist; nil where none does today.
  public func keyBackupsUntil() async throws(Refusal) -> String? {
    let today = KeyBackup.days(from: .now, timeZone: log.description.timeZone).lowerBound
    let newest: Result<String?, any Error> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [log] in
        continuation.resume(
          returning: Result {
            try log.ledgerRecords(KeyBackup.recordName).compactMap { $0.data?["bis"]?.string }.max()
          })
      }
    }
    do {
      return try newest.get().flatMap { $0 >= today ? $0 : nil }
    } catch {
      throw Refusal(.unavailable, "the log cannot be asked for copies of the keys: \(error)")
    }
  }
}
