/// Eight bytes of text, of which some must be decimal digits and the others are given: checked and read all at once.
struct DigitWord {
  /// What must stand where.
  struct Form {
    /// `0` for each digit, and the other bytes as they are.
    fileprivate let text: UInt64
    /// Of each byte the most that it may differ from that, subtracted from 0x7F.
    fileprivate let room: UInt64

    static let digits = Form(text: 0x3030_3030_3030_3030, room: 0x7676_7676_7676_7676)
    /// `0000-00-`
    static let yearAndMonth = Form(text: 0x2D30_302D_3030_3030, room: 0x7F76_767F_7676_7676)
    /// `00T00:00`
    static let dayToMinute = Form(text: 0x3030_3A30_3054_3030, room: 0x7676_7F76_767F_7676)
    /// `:00.0000`
    static let second = Form(text: 0x3030_3030_2E30_303A, room: 0x7676_7676_7F76_767F)
    /// `.000000Z`
    static let fraction = Form(text: 0x5A30_3030_3030_302E, room: 0x7F76_7676_7676_767F)
  }

  /// The value of each digit, the first one in the lowest byte; 0 for the other bytes.
  private let values: UInt64

  /// Nil where a byte is not as the form wants it.
  @inline(__always)
  init?(_ text: UnsafeRawPointer, _ form: Form = .digits) {
    let values = UInt64(littleEndian: text.loadUnaligned(as: UInt64.self)) ^ form.text
    // Too great a value sets the highest bit of its byte, by itself or with the room added to it.
    guard ((values &+ form.room) | values) & 0x8080_8080_8080_8080 == 0 else { return nil }
    self.values = values
  }

  /// The number that two neighbouring digits write.
  @inline(__always)
  func pair(at index: Int) -> Int {
    let pair = values >> UInt64(8 * index)
    return Int(pair & 0xFF) * 10 + Int(pair >> 8 & 0xFF)
  }

  /// The number that eight digits write.
  @inline(__always)
  var number: UInt64 {
    let pairs = (values &* 10 &+ values >> 8) & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
    return (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
  }
}
