public import LogFormat

/// The records that the ledger makes itself, found by their type: `name` is what stands in it behind
/// `de.aktenspur.ledger.`.
extension Log {
  /// The newest of the ledger's own records of a type.
  ///
  /// - Parameter from: what comes before is not looked at.
  public func newestLedgerRecord(_ name: String, from: UInt64 = 0) throws -> Record? {
    let type = Log.ledgerTypePrefix + name
    do {
      guard let sequence = try reader.newest(of: type, on: Log.ledgerSubject, below: size), sequence >= from else {
        return nil
      }
      if let record = try records(at: [sequence]).first, record.type == type { return record }
    } catch let error where Log.concernsIndex(error) {}
    // The index is derived: where it is wrong, or damaged, the log puts it right.
    return try LogReader(directory).newestRecord(type, from: from)
  }

  /// All of the ledger's own records of a type, in order.
  public func ledgerRecords(_ name: String) throws -> [Record] {
    let type = Log.ledgerTypePrefix + name
    do {
      let records = try records(at: try reader.sequences(of: type, on: Log.ledgerSubject, below: size))
      if records.allSatisfy({ $0.type == type }) { return records }
    } catch let error where Log.concernsIndex(error) {}
    return try LogReader(directory).records(of: type, from: 0)
  }

  private static func concernsIndex(_ error: any Error) -> Bool { error is IndexError || error is SystemError }

  /// The names under which the log has been signed.
  public func origins() throws -> Origins {
    try Origins(opening: try line(at: 0), resumptions: try ledgerRecords(Resumption.name))
  }
}

extension LogReader {
  /// The newest of the ledger's own records of a type.
  ///
  /// The index says where it is as of the newest checkpoint it has seen; the log behind that is read.
  ///
  /// - Parameter from: what comes before is not looked at.
  public func newestLedgerRecord(_ name: String, from: UInt64 = 0) throws -> Record? {
    let type = Log.ledgerTypePrefix + name
    if let index,
      case .success(let known) = Result(catching: {
        try index.reader.newest(of: type, on: Log.ledgerSubject, below: end.size)
      })
    {
      if let newer = try newestRecord(type, from: max(index.start, from)) { return newer }
      guard let sequence = known, sequence >= from else { return nil }
      if let line = try line(at: sequence), let record = try? Record(line: line), record.type == type { return record }
      // The index is derived: where it is wrong, the log puts it right.
    }
    return try newestRecord(type, from: from)
  }

  /// All of the ledger's own records of a type, in order.
  ///
  /// The index says where they are as of the newest checkpoint it has seen; the log behind that is read.
  public func ledgerRecords(_ name: String) throws -> [Record] {
    let type = Log.ledgerTypePrefix + name
    guard let index,
      let known = try? index.reader.sequences(of: type, on: Log.ledgerSubject, below: index.start)
    else { return try records(of: type, from: 0) }
    var records: [Record] = []
    for sequence in known {
      guard let line = try line(at: sequence), let record = try? Record(line: line), record.type == type else {
        // The index is derived: where it is wrong, the log puts it right.
        return try self.records(of: type, from: 0)
      }
      records.append(record)
    }
    return try records + self.records(of: type, from: index.start)
  }

  fileprivate func records(of type: String, from: UInt64) throws -> [Record] {
    var records: [Record] = []
    try forEachLine(from: from, filter: LineFilter(subject: Log.ledgerSubject, type: type)) { line, _ in
      records.append(try Record(line: Array(line)))
      return true
    }
    return records
  }

  fileprivate func newestRecord(_ type: String, from: UInt64) throws -> Record? {
    var newest: [UInt8]?
    try forEachLine(from: from, filter: LineFilter(subject: Log.ledgerSubject, type: type)) { line, _ in
      newest = Array(line)
      return true
    }
    return try newest.map { try Record(line: $0) }
  }

  /// The names under which the log has been signed.
  public func origins() throws -> Origins {
    try Origins(opening: try line(at: 0), resumptions: try ledgerRecords(Resumption.name))
  }
}

extension Resumption {
  fileprivate static let name = String(type.dropFirst(Log.ledgerTypePrefix.count))
}

extension Origins {
  /// - Parameters:
  ///   - line: of record 0.
  ///   - resumptions: the records of each time the log was restored, in order.
  fileprivate init(opening line: [UInt8]?, resumptions: [Record]) throws {
    guard let line, let origins = Origins(opening: try Record(line: line)) else {
      throw RecordError.member("data", expected: "origin and verifierkey, in record 0")
    }
    self = origins
    for record in resumptions { try resume(with: record) }
  }
}
