import EventLog
import Foundation

/// Modes, what should be there, and what should not.
struct FolderExamination {
  let directory: LedgerDirectory

  func run() -> [LedgerDoctor.Finding] {
    let faults = FileModes(directory: directory).faults()
    var findings = faults.map {
      LedgerDoctor.Finding($0.name, isSound: false, english: $0.english, german: $0.german)
    }
    if faults.isEmpty {
      findings.append(
        LedgerDoctor.Finding(
          "modes", isSound: true, english: "every file is there, and only those may read who should",
          german: "alle Dateien sind da, und nur Befugte dürfen sie lesen"))
    }
    findings += openSegments + strangers
    return findings
  }

  /// Closed segments are read-only, so that a slip of the hand does not reach them.
  private var openSegments: [LedgerDoctor.Finding] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory.log)) ?? []).sorted()
    return names.filter { $0.hasSuffix(".ndjson") }.dropLast().compactMap { name in
      let path = directory.log + "/" + name
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & 0o222 != 0 else { return nil }
      return LedgerDoctor.Finding(
        "log/" + name, isSound: false, english: "log/\(name) is closed and may be written: chmod 440 \(path)",
        german: "log/\(name) ist abgeschlossen und beschreibbar: chmod 440 \(path)")
    }
  }

  /// Files of which no part of the ledger knows. They are harmless, and somebody put them there.
  private var strangers: [LedgerDoctor.Finding] {
    let known: [String: (String) -> Bool] = [
      "": {
        ["ledger.json", "checkpoint", "checkpoint.new", "lock"].contains($0) || FolderExamination.folders.contains($0)
      },
      "log": { $0.wholeMatch(of: #/[0-9]{20}\.ndjson/#) != nil },
      "keys": { ["signing.key", "personen"].contains($0) },
      "keys/personen": { $0.wholeMatch(of: #/[0-9a-f]{32}\.key|[0-9a-f]{64}\.person|new\.(key|person)/#) != nil },
      "checkpoints": { $0.wholeMatch(of: #/[0-9]{20}(\.new)?/#) != nil },
      "run": { ["durable", "cut.json", "cut.json.new", "reserve"].contains($0) },
      "documents": { ["sha256", "uploads"].contains($0) },
    ]
    return known.sorted { $0.key < $1.key }.flatMap { folder, isKnown in
      let path = folder.isEmpty ? directory.path : directory.path + "/" + folder
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
      return names.filter { !isKnown($0) }.map { name -> LedgerDoctor.Finding in
        .stranger(folder.isEmpty ? name : folder + "/" + name)
      }
    }
  }

  private static let folders: Set = ["log", "checkpoints", "documents", "keys", "tile", "cache", "run"]
}

extension LedgerDoctor.Finding {
  /// A file of which no part of the ledger knows.
  static func stranger(_ place: String) -> LedgerDoctor.Finding {
    LedgerDoctor.Finding(
      place, isSound: false,
      english: "\(place) is no file of the ledger: find out who put it there, and move it away",
      german: "\(place) gehört nicht zum Ledger: klären, woher sie kommt, und entfernen")
  }
}
