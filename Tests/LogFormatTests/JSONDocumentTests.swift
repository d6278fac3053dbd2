import Testing

@testable import LogFormat

/// Several texts in one document, as the lines of a stream are read.
@Suite struct JSONDocumentTests {
  /// The texts read into one document, each its root or why it was refused.
  private func read(_ texts: [String]) -> (JSONDocument, [Result<JSONValue, JSONError>]) {
    var read: [Result<Int, JSONError>] = []
    let document = JSONDocument(room: texts.reduce(0) { $0 + $1.utf8.count }) { reader in
      for text in texts {
        var text = text
        text.withUTF8 { bytes in
          do throws(JSONError) { read.append(.success(try reader.read(UnsafeRawBufferPointer(bytes)))) } catch {
            read.append(.failure(error))
          }
        }
      }
    }
    return (document, read.map { $0.map { document.root(at: $0) } })
  }

  private static let texts = [
    #"{"a":[1,"x\n",null],"é":"ü"}"#, #" { "b" : { "c" : [ true , false ] } } "#, "0", #""\u0061""#, "[]",
    #"{"a":1,"\u0061b":2,"ab2":3}"#,
  ]

  @Test("Each of several texts has the values it has alone")
  func sameAsAlone() throws {
    let (document, roots) = read(JSONDocumentTests.texts)
    for (text, root) in zip(JSONDocumentTests.texts, roots) {
      let (root, alone) = (try root.get(), try json(text))
      #expect(root.document === document)
      #expect(Array(root.text) == Array(alone.text) && root.isEqual(to: alone))
      #expect(root.members.map(\.name) == alone.members.map(\.name))
      #expect(root.members.map { Array($0.value.text) } == alone.members.map { Array($0.value.text) })
      #expect(root.withView(\.nodeCount) == alone.withView(\.nodeCount))
    }
    #expect(Array(document.bytes) == JSONDocumentTests.texts.flatMap { Array((try? compact($0))?.utf8 ?? "".utf8) })
  }

  @Test(
    "A text that is refused is refused as it is alone, and leaves nothing behind",
    arguments: [
      "", " ", "{", #"{"a":1,"a":2}"#, #"{"b":[0,{"c":01}]}"#, #"{ "b" : [ 0 , nul"#, "1 2", #"["\ud800"]"#,
      String(repeating: "[", count: 65),
    ])
  func refusedLikeAlone(_ text: String) throws {
    let (document, roots) = read([#" {"first":1} "#, text, #"{ "last" : 2 }"#])
    guard case .failure(let error) = roots[1] else { return #expect(Bool(false), "\(text) was read") }
    #expect(error == jsonError(text))
    #expect(String(decoding: document.bytes, as: UTF8.self) == #"{"first":1}{"last":2}"#)
    #expect(try roots[0].get()["first"]?.integer == 1)
    #expect(try roots[2].get()["last"]?.integer == 2)
    #expect(try roots[2].get().withView(\.nodeCount) == 3)
  }
}
