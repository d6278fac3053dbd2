import ArgumentParser
import Audit
import DomainPacks
import EventLog
import Foundation
import Ledger
import LogFormat
import ReadModels
import Reporting
import TransparencyLog
import Witness

/// Why a command ends without having done its work: the exit status (sysexits.h) and a sentence.
struct Failure: Error {
  enum Status: Int32 {
    case checkFailed = 1
    case usage = 64
    case badInput = 65
    case unavailable = 69
    case cannotCreate = 73
    case inputOutput = 74
    case busy = 75
  }

  var status: Status
  var message: String

  init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }

  /// Says what went wrong on stderr and ends the process. Argument errors are the parser's.
  static func exit(for error: any Error) -> Never {
    guard let failure = Failure(error) else { Aktenspur.exit(withError: error) }
    Terminal.error("aktenspur: \(failure.message)")
    Foundation.exit(failure.status.rawValue)
  }

  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as LedgerOpenError: self.init(Failure.status(of: error), "\(error)")
    case let error as SystemError: self.init(.inputOutput, "\(error)")
    case let error as LogTreeError: self.init(Failure.status(of: error), "\(error)")
    case let error as HashTilesError: self.init(.checkFailed, "\(error)")
    case let error as TileExportError: self.init(Failure.status(of: error), "\(error)")
    case let error as PackError: self.init(.badInput, "\(error)")
    case let error as PackSQLError: self.init(.badInput, "\(error)")
    case let error as PackSourceError: self.init(.badInput, "\(error)")
    case let error as ProjectionError: self.init(.checkFailed, "\(error)")
    case let error as ReadModelError: self.init(Failure.status(of: error), "\(error)")
    case let error as DamagedRecord: self.init(.checkFailed, "\(error)")
    case let error as RecordError: self.init(.checkFailed, "the log holds a line that is no record: \(error)")
    case let error as ReportingError: self.init(.badInput, "\(error)")
    case let error as Refusal: self.init(.badInput, "\(error)")
    case let error as WitnessError: self.init(Failure.status(of: error), "\(error)")
    case let error as WitnessPolicyError: self.init(.badInput, "\(error)")
    case is any ParsableCommand, is ValidationError, is ExitCode, is CleanExit: return nil
    default:
      // Errors of the argument parser have no public type; they print themselves with their usage. What --help and
      // --version ask for is thrown as well.
      if [.validationFailure, .success].contains(Aktenspur.exitCode(for: error)) { return nil }
      self.init(.inputOutput, "\(error)")
    }
  }

  private static func status(of error: LedgerOpenError) -> Status {
    switch error {
    case .noLedger: .inputOutput
    case .exists: .cannotCreate
    case .busy: .busy
    case .system, .index: .inputOutput
    case .description, .formatVersion, .signingKey, .damaged: .checkFailed
    }
  }

  private static func status(of error: LogTreeError) -> Status {
    switch error {
    case .noCheckpoint, .altered, .logEnds: .checkFailed
    case .notCovered: .busy
    case .noRecord: .badInput
    }
  }

  private static func status(of error: TileExportError) -> Status {
    switch error {
    case .notEmpty: .cannotCreate
    case .unreadable, .otherLog: .badInput
    case .ahead, .fork: .checkFailed
    }
  }

  private static func status(of error: WitnessError) -> Status {
    switch error {
    case .exists: .cannotCreate
    case .busy: .busy
    case .configuration: .usage
    case .key, .state: .checkFailed
    case .noWitness, .system: .inputOutput
    }
  }

  private static func status(of error: ReadModelError) -> Status {
    switch error {
    case .brokenLog, .logEnds, .otherRoot: .checkFailed
    case .behind, .snapshotExpired: .busy
    case .unknownPack: .badInput
    default: .inputOutput
    }
  }
}
