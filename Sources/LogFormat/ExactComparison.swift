extension String {
  /// Calls `body` with the text's UTF-8 bytes where they stand; `withUTF8` needs a copy that can be changed, which costs
  /// more than most of what is asked of the bytes.
  @inlinable
  @inline(__always)
  package func withBytes<Output>(_ body: (UnsafeRawBufferPointer) -> Output) -> Output {
    if let output = utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return output }
    var copy = self
    return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }

  /// Whether the two are the same byte for byte. `==` takes the composed and the decomposed form of a letter for one.
  @inlinable
  package func isExactly(_ other: String) -> Bool { withBytes { $0.isExactly(other) } }

  /// Whether the text begins with the bytes of another.
  @inlinable
  package func hasExactPrefix(_ prefix: String) -> Bool { withBytes { $0.hasExactPrefix(prefix) } }
}

extension UnsafeRawBufferPointer {
  /// Whether these are the bytes of `text`, all of them.
  @inlinable
  package func isExactly(_ text: String) -> Bool {
    text.withBytes { count == $0.count && hasSameBytes(as: $0) }
  }

  /// Whether the first bytes are those of `prefix`.
  @inlinable
  package func hasExactPrefix(_ prefix: String) -> Bool {
    prefix.withBytes { count >= $0.count && hasSameBytes(as: $0) }
  }

  /// Whether the first bytes, as many as `other` has, are those of `other`; eight at a time.
  @inlinable
  package func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    var place = 0
    while place + 8 <= other.count {
      let word = loadUnaligned(fromByteOffset: place, as: UInt64.self)
      guard word == other.loadUnaligned(fromByteOffset: place, as: UInt64.self) else { return false }
      place += 8
    }
    while place < other.count {
      guard self[place] == other[place] else { return false }
      place += 1
    }
    return true
  }
}
