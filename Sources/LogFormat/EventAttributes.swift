/// The attributes of an event that have a place of their own before the stamp, as pieces of one text.
///
/// Of an event sent as JSON that is the text that was sent, where nothing in them is escaped: a string for each would cost
/// more than reading it.
@usableFromInline
struct EventAttributes: Sendable {
  /// Where an attribute stands.
  @usableFromInline
  struct Piece: Sendable {
    @usableFromInline var start: UInt32
    @usableFromInline var end: UInt32

    init(_ range: Range<Int>) {
      start = UInt32(range.lowerBound)
      end = UInt32(range.upperBound)
    }

    var count: Int { Int(end - start) }
  }

  /// UTF-8; attributes stand in it decoded.
  @usableFromInline let text: [UInt8]
  @usableFromInline let id: Piece
  @usableFromInline let source: Piece
  @usableFromInline let type: Piece
  @usableFromInline let subject: Piece
  let time: Piece?
  /// Whether nothing in them must be escaped in JSON.
  let isPlain: Bool

  init(text: [UInt8], id: Piece, source: Piece, type: Piece, subject: Piece, time: Piece?, isPlain: Bool) {
    self.text = text
    self.id = id
    self.source = source
    self.type = type
    self.subject = subject
    self.time = time
    self.isPlain = isPlain
  }

  /// As pieces of a text that holds nothing else.
  var alone: EventAttributes {
    EventAttributes(
      id: string(id), source: string(source), type: string(type), subject: string(subject), time: time.map(string))
  }

  init(id: String, source: String, type: String, subject: String, time: String?) {
    var text: [UInt8] = []
    func add(_ attribute: String) -> Piece {
      let start = text.count
      text.append(contentsOf: attribute.utf8)
      return Piece(start..<text.count)
    }
    self.id = add(id)
    self.source = add(source)
    self.type = add(type)
    self.subject = add(subject)
    self.time = time.map(add)
    isPlain = text.withUnsafeBytes { JSONText.isPlain($0) }
    self.text = text
  }

  /// How many bytes they have together.
  var byteCount: Int { id.count + source.count + type.count + subject.count + (time?.count ?? 0) }

  func string(_ piece: Piece) -> String { withBytes(of: piece) { String(decoding: $0, as: UTF8.self) } }

  @inlinable
  @inline(__always)
  func withBytes<Output>(of piece: Piece, _ body: (UnsafeRawBufferPointer) -> Output) -> Output {
    text.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[Int(piece.start)..<Int(piece.end)])) }
  }
}
