import LogFormat

/// Says of a line whether it is a record in the form of the log, and where its members stand, without building one.
///
/// As ``JSONScan``, it says *yes* or *not for me to say*: strings with escapes outside `data`, and all that is wrong, are
/// left to `Record`. Whatever it says yes to, `Record(line:)` reads as well, and with the same values.
///
/// ```
/// {"specversion":"1.0","id":…,"source":…,"type":…,"subject":…[,"time":…][,extensions],"sequence":"20 digits",
///  "subjectversion":N,"recordedtime":"…","recordedby":…[,"batchend":"20 digits"],"previoushash":"64 digits"
///  [,"datacontenttype":…][,"dataschema":…][,"data":…|,"data_base64":…]}
/// ```
struct RecordScan {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  let id: Bytes
  let source: Bytes
  let type: Bytes
  let subject: Bytes
  let sequence: UInt64
  let subjectVersion: UInt64
  /// 27 bytes.
  let recordedTime: Bytes
  let batchEnd: UInt64?
  /// 64 bytes, which need not be hexadecimal digits.
  let previousHash: Bytes
  /// The byte behind the record.
  let end: UnsafePointer<UInt8>

  /// From the first byte of the id to the last of the source, with what stands in between.
  var idAndSource: UnsafeRawBufferPointer {
    guard let start = id.baseAddress, let last = source.baseAddress else { return UnsafeRawBufferPointer(id) }
    return UnsafeRawBufferPointer(start: start, count: last - start + source.count)
  }

  /// - Parameters:
  ///   - start: the line; see ``ByteScan`` for what must stand behind it.
  ///   - names: room for member names.
  init?(_ start: UnsafePointer<UInt8>, names: JSONScan.Names) {
    var scan = ByteScan(start)
    guard scan.take(#"{"specversion":"1.0","id":""#), let id = RecordScan.takeText(&scan),
      scan.take(#","source":""#), let source = RecordScan.takeText(&scan),
      scan.take(#","type":""#), let type = RecordScan.takeText(&scan),
      scan.take(#","subject":""#), let subject = RecordScan.takeText(&scan)
    else { return nil }
    if scan.take(#","time":""#) {
      guard RecordScan.takeText(&scan) != nil else { return nil }
    }
    if !scan.take(#","sequence":""#) {
      guard RecordScan.takeExtensionsAndSequence(&scan) else { return nil }
    }
    guard let sequence = RecordScan.takeSequence(&scan), scan.take(#","subjectversion":"#),
      let subjectVersion = RecordScan.takeVersion(&scan),
      scan.take(#","recordedtime":""#), let recordedTime = RecordScan.takeTime(&scan),
      scan.take(#","recordedby":""#), RecordScan.takeText(&scan) != nil
    else { return nil }
    if scan.take(#","batchend":""#) {
      guard let end = RecordScan.takeSequence(&scan), end >= sequence else { return nil }
      batchEnd = end
    } else {
      batchEnd = nil
    }
    guard scan.take(#","previoushash":""#), let previousHash = RecordScan.takeText(&scan), previousHash.count == 64
    else { return nil }
    if scan.take(#","datacontenttype":""#) {
      guard RecordScan.takeText(&scan) != nil else { return nil }
    }
    if scan.take(#","dataschema":""#) {
      guard RecordScan.takeText(&scan) != nil else { return nil }
    }
    if scan.take(#","data":"#) {
      var json = JSONScan(scan, names: names)
      guard json.takeValue(depth: 1) else { return nil }
      scan = json.scan
    } else if scan.take(#","data_base64":""#) {
      guard RecordScan.takeText(&scan) != nil else { return nil }
    }
    guard scan.take(UInt8(ascii: "}")), scan.next - start <= Event.maximumLineLength else { return nil }
    self.id = id
    self.source = source
    self.type = type
    self.subject = subject
    self.sequence = sequence
    self.subjectVersion = subjectVersion
    self.recordedTime = recordedTime
    self.previousHash = previousHash
    end = scan.next
  }

  /// A string without escapes, whose opening quote is behind us; steps over the closing one.
  @inline(__always)
  private static func takeText(_ scan: inout ByteScan) -> Bytes? {
    let start = scan.next
    while true {
      scan.skipPlain()
      if scan.byte == UInt8(ascii: "\"") { break }
      guard scan.byte >= 0x80, scan.takeMultibyteScalar() else { return nil }
    }
    let text = Bytes(start: start, count: scan.next - start)
    scan.advance(by: 1)
    return text
  }

  /// Extension attributes, in ASCII order of their names, up to the opening quote of the sequence.
  private static func takeExtensionsAndSequence(_ scan: inout ByteScan) -> Bool {
    var last: Bytes?
    repeat {
      guard scan.take(UInt8(ascii: ",")), scan.take(UInt8(ascii: "\"")), let name = takeText(&scan),
        scan.take(UInt8(ascii: ":")), isExtensionName(name)
      else { return false }
      if let last, !last.lexicographicallyPrecedes(name) { return false }
      last = name
      switch scan.byte {
      case UInt8(ascii: "\""):
        scan.advance(by: 1)
        guard takeText(&scan) != nil else { return false }
      case UInt8(ascii: "t"):
        guard scan.take("true") else { return false }
      case UInt8(ascii: "f"):
        guard scan.take("false") else { return false }
      default:
        // Longer numbers may not fit 32 bits.
        guard let number = takeNumber(&scan, longest: 9), number > 0 else { return false }
      }
    } while !scan.take(#","sequence":""#)
    return true
  }

  /// Lower-case letters and digits, and not the name of a member with a place of its own.
  private static func isExtensionName(_ name: Bytes) -> Bool {
    guard !name.isEmpty,
      name.allSatisfy({ $0 &- UInt8(ascii: "a") < 26 || $0 &- UInt8(ascii: "0") < 10 })
    else { return false }
    return !isPlaced(name)
  }

  private static func isPlaced(_ name: Bytes) -> Bool {
    func isOne(of names: StaticString...) -> Bool {
      names.contains { memoryIsEqual($0.utf8Start, name.baseAddress ?? $0.utf8Start, name.count) }
    }
    return switch name.count {
    case 2: isOne(of: "id")
    case 4: isOne(of: "type", "time", "data")
    case 6: isOne(of: "source")
    case 7: isOne(of: "subject")
    case 8: isOne(of: "sequence", "batchend")
    case 10: isOne(of: "recordedby", "dataschema")
    case 11: isOne(of: "specversion")
    case 12: isOne(of: "recordedtime", "previoushash")
    case 14: isOne(of: "subjectversion")
    case 15: isOne(of: "datacontenttype", "expectedversion")
    default: false
    }
  }

  /// Digits without a sign, fraction or leading zero.
  @inline(__always)
  private static func takeNumber(_ scan: inout ByteScan, longest: Int) -> UInt64? {
    guard scan.byte &- UInt8(ascii: "1") < 9 else { return nil }
    var value: UInt64 = 0
    var count = 0
    while scan.byte &- UInt8(ascii: "0") < 10 {
      guard count < longest else { return nil }
      value = value &* 10 &+ UInt64(scan.byte &- UInt8(ascii: "0"))
      scan.advance(by: 1)
      count += 1
    }
    return value
  }

  private static func takeVersion(_ scan: inout ByteScan) -> UInt64? {
    guard let version = takeNumber(&scan, longest: 18) else { return nil }
    // What follows would make another number of it.
    return scan.byte == UInt8(ascii: ",") ? version : nil
  }

  /// 20 digits below 10^19 and the closing quote.
  @inline(__always)
  private static func takeSequence(_ scan: inout ByteScan) -> UInt64? {
    let text = UnsafeRawPointer(scan.next)
    guard scan.byte == UInt8(ascii: "0"), scan.next[20] == UInt8(ascii: "\""),
      let high = DigitWord(text), let middle = DigitWord(text + 8), let low = DigitWord(text + 12)
    else { return nil }
    scan.advance(by: 21)
    return high.number &* 1_000_000_000_000 &+ middle.number &* 10_000 &+ low.number % 10_000
  }

  /// `2026-11-23T20:04:51.123456Z` and the closing quote.
  @inline(__always)
  private static func takeTime(_ scan: inout ByteScan) -> Bytes? {
    let text = UnsafeRawPointer(scan.next)
    guard let first = DigitWord(text, .yearAndMonth), let second = DigitWord(text + 8, .dayToMinute),
      let third = DigitWord(text + 16, .second), DigitWord(text + 19, .fraction) != nil,
      scan.next[27] == UInt8(ascii: "\"")
    else { return nil }
    let (month, day) = (first.pair(at: 5), second.pair(at: 0))
    guard second.pair(at: 3) < 24, second.pair(at: 6) < 60, third.pair(at: 1) < 60, month >= 1, month <= 12, day >= 1
    else { return nil }
    // Months have 28 days at least; only the few days beyond need the calendar.
    if day > 28 {
      let year = 100 * first.pair(at: 0) + first.pair(at: 2)
      guard CivilDate.dayNumber(year: year, month: month, day: day) != nil else { return nil }
    }
    let time = Bytes(start: scan.next, count: 27)
    scan.advance(by: 28)
    return time
  }
}
