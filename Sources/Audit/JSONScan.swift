/// Says of JSON values whether they are strict and compact, without keeping anything of them.
///
/// It knows two answers: *yes*, and *not for me to say*. The second goes for everything wrong, and for what is right but
/// rare (surrogate pairs, escapes in member names, objects with very many members); the reader of `LogFormat` then
/// decides. So this scan may be hasty, as long as it never says yes to what that reader refuses.
struct JSONScan {
  /// The nesting allowed in a line, the record's own object included.
  private static let maximumDepth = 64
  /// The most member names of open objects that are compared.
  private static let maximumNames = 256

  var scan: ByteScan
  private let room: Names
  /// The names of open objects, and how many they are.
  private let names: UnsafeMutablePointer<Names.Name>
  private var nameCount = 0

  /// Room for member names, shared by scans one after the other.
  final class Names {
    fileprivate struct Name {
      var start: UnsafePointer<UInt8>
      var count: Int
      /// The first eight bytes, or the whole name with zeros behind it.
      var head: UInt64
    }

    fileprivate let storage = UnsafeMutablePointer<Name>.allocate(capacity: maximumNames)

    deinit { storage.deallocate() }
  }

  init(_ scan: ByteScan, names: Names) {
    self.scan = scan
    room = names
    self.names = names.storage
  }

  /// Steps over one value that stands in `depth` open containers.
  mutating func takeValue(depth: Int) -> Bool {
    switch scan.byte {
    case UInt8(ascii: "\""): return takeString()
    case UInt8(ascii: "{"): return depth < JSONScan.maximumDepth && takeObject(depth: depth + 1)
    case UInt8(ascii: "["): return depth < JSONScan.maximumDepth && takeArray(depth: depth + 1)
    case UInt8(ascii: "t"): return scan.take("true")
    case UInt8(ascii: "f"): return scan.take("false")
    case UInt8(ascii: "n"): return scan.take("null")
    default: return takeNumber()
    }
  }

  private mutating func takeObject(depth: Int) -> Bool {
    scan.advance(by: 1)
    if scan.take(UInt8(ascii: "}")) { return true }
    let first = nameCount
    var seen: UInt64 = 0
    repeat {
      guard takeName(after: first, &seen), scan.take(UInt8(ascii: ":")), takeValue(depth: depth) else { return false }
    } while scan.take(UInt8(ascii: ","))
    nameCount = first
    return scan.take(UInt8(ascii: "}"))
  }

  private mutating func takeArray(depth: Int) -> Bool {
    scan.advance(by: 1)
    if scan.take(UInt8(ascii: "]")) { return true }
    repeat {
      guard takeValue(depth: depth) else { return false }
    } while scan.take(UInt8(ascii: ","))
    return scan.take(UInt8(ascii: "]"))
  }

  /// A member name that none of the object's names before it, from `first` on, is equal to.
  ///
  /// - Parameter seen: a bit for each of the names before it; where that of this name is not set, none is equal.
  @inline(__always)
  private mutating func takeName(after first: Int, _ seen: inout UInt64) -> Bool {
    guard scan.take(UInt8(ascii: "\"")), nameCount < JSONScan.maximumNames else { return false }
    let start = scan.next
    while true {
      scan.skipPlain()
      if scan.byte == UInt8(ascii: "\"") { break }
      guard scan.byte >= 0x80, scan.takeMultibyteScalar() else { return false }
    }
    let count = scan.next - start
    scan.advance(by: 1)
    var head = UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
    if count < 8 { head &= (1 << UInt64(8 * count)) &- 1 }
    let mixed = (head ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
    let bit: UInt64 = 1 &<< (mixed >> 58)
    if seen & bit != 0 {
      for index in first..<nameCount
      where names[index].head == head && names[index].count == count
        && (count <= 8 || memoryIsEqual(names[index].start, start, count))
      {
        return false
      }
    }
    seen |= bit
    names[nameCount] = Names.Name(start: start, count: count, head: head)
    nameCount += 1
    return true
  }

  private mutating func takeString() -> Bool {
    scan.advance(by: 1)
    while true {
      scan.skipPlain()
      switch scan.byte {
      case UInt8(ascii: "\""):
        scan.advance(by: 1)
        return true
      case UInt8(ascii: "\\"):
        guard takeEscape() else { return false }
      case 0x80...:
        guard scan.takeMultibyteScalar() else { return false }
      default:
        return false
      }
    }
  }

  private mutating func takeEscape() -> Bool {
    switch scan.next[1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      scan.advance(by: 2)
      return true
    case UInt8(ascii: "u"):
      var unit = 0
      for index in 2..<6 {
        guard let digit = hexadecimalDigit(scan.next[index]) else { return false }
        unit = unit << 4 | digit
      }
      guard !(0xD800...0xDFFF).contains(unit) else { return false }
      scan.advance(by: 6)
      return true
    default:
      return false
    }
  }

  /// RFC 8259 §6: `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`
  private mutating func takeNumber() -> Bool {
    _ = scan.take(UInt8(ascii: "-"))
    if !scan.take(UInt8(ascii: "0")) {
      guard scan.skipDigits() > 0 else { return false }
    }
    if scan.take(UInt8(ascii: ".")) {
      guard scan.skipDigits() > 0 else { return false }
    }
    if scan.byte | 0x20 == UInt8(ascii: "e") {
      scan.advance(by: 1)
      if scan.byte == UInt8(ascii: "+") || scan.byte == UInt8(ascii: "-") { scan.advance(by: 1) }
      guard scan.skipDigits() > 0 else { return false }
    }
    // A digit that follows belongs to a number with a leading zero.
    return scan.byte &- UInt8(ascii: "0") >= 10
  }
}

private func hexadecimalDigit(_ byte: UInt8) -> Int? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
  default: nil
  }
}

@inline(__always)
func memoryIsEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
  for index in 0..<count where left[index] != right[index] { return false }
  return true
}
