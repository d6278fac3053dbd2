import HTTPTypes

/// Which bytes of a content a request brings: `Content-Range` of a PUT (RFC 9110 §14.5), as `curl -C OFFSET -T FILE` sends it.
struct ContentRange: Sendable, Hashable {
  var first: UInt64
  var last: UInt64
  var total: UInt64

  /// Whether nothing follows.
  var isLast: Bool { last + 1 == total }
  var length: UInt64 { last - first + 1 }

  /// - Parameter text: `bytes 100-199/200`.
  init(_ text: String) throws(Problem) {
    guard let parts = text.wholeMatch(of: #/bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})/#),
      let first = UInt64(parts.1), let last = UInt64(parts.2), let total = UInt64(parts.3), first <= last, last < total
    else {
      throw .malformed("/content-range", "expected bytes FIRST-LAST/TOTAL, FIRST ≤ LAST < TOTAL (RFC 9110 §14.4)")
    }
    (self.first, self.last, self.total) = (first, last, total)
  }
}

/// Which part of a content a GET asks for (RFC 9110 §14.2).
enum RequestedRange: Sendable, Hashable {
  case whole
  /// First and last byte.
  case part(ClosedRange<UInt64>)
  case unsatisfiable

  /// One range of bytes is answered as asked; several, other units and what cannot be read are answered with the whole
  /// content, as RFC 9110 §14.2 allows. `If-Range` lets the range count only for the content it names.
  init(_ headers: HTTPFields, size: UInt64, etag: String) {
    self = .whole
    guard let text = headers[.range], headers[.ifRange].map({ $0 == etag }) ?? true,
      let parts = text.wholeMatch(of: #/bytes=([0-9]{0,18})-([0-9]{0,18})/#)
    else { return }
    switch (UInt64(parts.1), UInt64(parts.2)) {
    case (nil, nil): return
    case (nil, let last?): self = last == 0 || size == 0 ? .unsatisfiable : .part((size - min(last, size))...(size - 1))
    case (let first?, nil): self = first >= size ? .unsatisfiable : .part(first...(size - 1))
    case (let first?, let last?):
      guard first <= last else { return }
      self = first >= size ? .unsatisfiable : .part(first...min(last, size - 1))
    }
  }
}
