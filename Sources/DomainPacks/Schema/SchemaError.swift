/// What is wrong with a schema of a pack, and where in `pack.json`.
struct SchemaError: Error, Hashable {
  /// JSON Pointer (RFC 6901).
  let pointer: String
  let detail: String

  init(_ pointer: String, _ detail: String) {
    self.pointer = pointer
    self.detail = detail
  }
}
