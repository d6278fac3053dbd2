import LogFormat
import TransparencyLog

/// A record that gives the log another name and key, because it was restored from a backup.
struct ResumptionRecord {
  let record: Record
  let place: LogPlace
}

/// Under which names the log has been signed, as its records say, and with which keys it is verified.
///
/// The auditor's key must be that of one of the names. It then proves the records below the end of that name, and all
/// before; what was signed under later names is proved by keys that the log alone states.
struct Names {
  /// Nil where nothing says a name.
  let origins: Origins?
  /// The auditor's key.
  let given: VerifierKey?
  /// The records that give another name, each with the key before it; without content those that do not.
  private let resumptions: [(record: ResumptionRecord, content: Resumption?, oldKey: VerifierKey?)]

  var origin: String? { origins?.newest.name }
  /// The keys that checkpoints are verified with, the oldest first.
  var keys: [VerifierKey] { origins?.keys ?? [] }
  /// Nil where there is no key at all.
  var newestKey: VerifierKey? { origins?.newest.key }

  init(_ opening: Record?, _ records: [ResumptionRecord], key: VerifierKey?, report: (Finding) -> Void) {
    let data = opening?.type == Names.openingType ? opening?.data : nil
    let stated = data?["verifierkey"]?.string
    given = key
    guard let stated = stated ?? key.map({ "\($0)" }) else {
      report(
        Finding(
          .signature,
          Phrase("es gibt keinen Datensatz 0, der einen Schlüssel nennt", "there is no record 0 that names a key")))
      origins = data?["origin"]?.string.map { Origins(name: $0, key: nil) }
      resumptions = records.map { ($0, nil, nil) }
      return
    }
    let name = data?["origin"]?.string ?? key?.name ?? String(stated.prefix { $0 != "+" })
    var first: VerifierKey?
    do {
      first = try VerifierKey(stated)
    } catch {
      if key == nil {
        report(
          Finding(
            .signature,
            Phrase(
              "der Schlüssel in Datensatz 0 ist unbrauchbar: \(error)", "the key in record 0 cannot be used: \(error)"))
        )
      }
    }
    var origins = Origins(name: name, key: first)
    var resumptions: [(record: ResumptionRecord, content: Resumption?, oldKey: VerifierKey?)] = []
    for record in records {
      let oldKey = origins.newest.key
      resumptions.append((record, try? origins.resume(with: record.record), oldKey))
    }
    if let key, !origins.keys.contains(key) {
      // Of another log, or of this one made anew: nothing in it is signed with the auditor's key.
      (self.origins, self.resumptions) = (Origins(name: name, key: key), records.map { ($0, nil, nil) })
    } else {
      (self.origins, self.resumptions) = (origins, resumptions)
    }
  }

  private static let openingType = "de.aktenspur.ledger.eroeffnet"

  /// The name that a checkpoint of so many records was signed under.
  func origin(ofSize size: UInt64) -> String { origins?.origin(ofSize: size).name ?? "" }

  /// The checkpoint in a file, if it is signed under one of the names.
  func open(_ note: SignedNote, as role: CheckpointFile.Role) throws(NoteError) -> Checkpoint {
    let claim = try Checkpoint(text: note.text)
    guard let origins, let origin = origins.origin(named: claim.origin) else {
      throw .originMismatch(expected: origin ?? "", found: claim.origin)
    }
    guard let key = origin.key else { throw .noKnownSignature(expected: [origin.name]) }
    let checkpoint = try Checkpoint.open(note, by: key)
    // A later name never signs what was there before it, and the newest checkpoint is of the newest name.
    if origin.start > 0 && checkpoint.size <= origin.start || role == .newest && origin != origins.newest {
      throw .originMismatch(expected: origins.newest.name, found: checkpoint.origin)
    }
    return checkpoint
  }

  /// Where a name ended before the checkpoint that it has signed, or is said to have signed: how many records were left.
  func end(before checkpoint: Checkpoint) -> UInt64? {
    origins?.origin(named: checkpoint.origin)?.end.flatMap { checkpoint.size > $0 ? $0 : nil }
  }

  /// A checkpoint of a name that speaks of more records than were there when the log was restored: those are lost.
  func lost(_ checkpoint: Checkpoint, of file: String, at end: UInt64) -> Finding {
    Finding(
      .truncated, sequence: end, place: resumptions.first { $0.record.record.sequence == end }?.record.place,
      Phrase(
        "als \(checkpoint.origin) hatte das Protokoll \(checkpoint.size) Datensätze (\(file)), wiederhergestellt wurden \(end)",
        "as \(checkpoint.origin) the log had \(checkpoint.size) records (\(file)), \(end) were restored"))
  }

  /// Checks each record that ends a name: it must speak of all records before it, and the old key must have signed them.
  ///
  /// - Parameter root: the root of the tree of so many records, if it is known.
  func check(root: (UInt64) -> Digest?, claims: [Checkpoint], report: (Finding) -> Void) {
    for (record, content, oldKey) in resumptions {
      let sequence = record.record.sequence
      guard let ended = content?.ended, ended.size == sequence, oldKey.flatMap({ content?.isSigned(by: $0) }) == true
      else {
        report(
          Finding(
            .signature, sequence: sequence, place: record.place,
            Phrase(
              "der Datensatz führt das Protokoll nicht unter einem neuen Namen fort: der alte Schlüssel hat nicht die Prüfsumme "
                + "über die Datensätze vor ihm unterschrieben, oder der neue Name ist keiner",
              "the record does not give the log a new name: the old key has not signed the checkpoint over the records before "
                + "it, or the new name is none")))
        continue
      }
      if let found = root(sequence), found != ended.root,
        !claims.contains(where: { $0.size == sequence && $0.root == ended.root })
      {
        report(
          Finding(
            .inconsistent, sequence: sequence - 1,
            Phrase(
              "die ersten \(sequence) Datensätze haben nicht die Wurzel, mit der \(ended.origin) endete",
              "the first \(sequence) records do not have the root that \(ended.origin) ended with")))
      }
    }
  }

  /// What is proved by which key, where there is more than one; a sentence a name.
  var statements: [Phrase] {
    guard let origins, origins.list.count > 1 else { return [] }
    let trusted = given.flatMap { key in origins.list.firstIndex { $0.key == key } }
    return origins.list.enumerated().map { number, origin in
      let key = origin.key.map { "\($0)" } ?? "?"
      let end = origin.end.map { ($0 - 1).description }
      let german =
        "Datensätze \(origin.start) bis \(end ?? "zum Ende"): unterschrieben als \(origin.name), Schlüssel \(key)"
      let english = "Records \(origin.start) to \(end ?? "the end"): signed as \(origin.name), key \(key)"
      guard number > trusted ?? 0 else { return Phrase(german, english) }
      return Phrase(
        german + "; den nennt nur Datensatz \(origin.start): mit dem vergleichen, den 'restore' ausgegeben hat",
        english + "; only record \(origin.start) names it: compare it with the one that 'restore' printed")
    }
  }
}
