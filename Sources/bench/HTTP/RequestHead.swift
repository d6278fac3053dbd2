extension Bytes {
  /// The head of a request that sends events.
  ///
  /// - Parameter length: of the body in bytes; nil for one in chunks.
  func appendPost(_ contentType: StaticString, length: Int?) {
    append("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: ")
    append(contentType)
    if let length {
      append("\r\nContent-Length: ")
      append(length)
    } else {
      append("\r\nTransfer-Encoding: chunked")
    }
    append("\r\n\r\n")
  }
}
