import LogFormat
import TransparencyLog

/// `bundle.json`: what a bundle is of. Nobody signs it; it says again what the checkpoint says, and what was asked for.
///
/// ```
/// {"format":"aktenspur-bundle/1","origin":"…","size":48200,"root":"base64","selection":{"all":true}}
/// ```
struct BundleDescription: Hashable {
  static let format = "aktenspur-bundle/1"

  var origin: String
  /// The number of records that the bundle's checkpoint covers.
  var size: UInt64
  var root: Digest
  var selection: BundleSelection

  init(_ checkpoint: Checkpoint, _ selection: BundleSelection) {
    origin = checkpoint.origin
    size = checkpoint.size
    root = checkpoint.root
    self.selection = selection
  }

  /// Nil for anything that is not exactly of this form.
  init?(json: [UInt8]) {
    guard let root = try? JSONDocument(json).root, root.count == 5,
      root["format"]?.string == BundleDescription.format, let origin = root["origin"]?.string,
      let size = BundleDescription.number(root["size"]),
      let digest = root["root"]?.string.flatMap({ Digest(base64: $0) }),
      let selection = root["selection"].flatMap(BundleDescription.selection)
    else { return nil }
    self.origin = origin
    self.size = size
    self.root = digest
    self.selection = selection
  }

  private static func number(_ value: JSONValue?) -> UInt64? {
    value?.numberText.flatMap { UInt64($0) }
  }

  private static func selection(_ value: JSONValue) -> BundleSelection? {
    if value.count == 1, value["all"]?.bool == true { return .all }
    if value.count == 1, let subject = value["subject"]?.string { return .subject(subject) }
    if value.count == 2, let from = number(value["from"]), let to = number(value["to"]), from <= to {
      return .range(from: from, to: to)
    }
    return nil
  }

  var json: String {
    let selection =
      switch selection {
      case .all: #"{"all":true}"#
      case .subject(let subject): #"{"subject":\#(JSONText.string(subject))}"#
      case .range(let from, let to): #"{"from":\#(from),"to":\#(to)}"#
      }
    return """
      {"format":"\(BundleDescription.format)","origin":\(JSONText.string(origin)),"size":\(size),\
      "root":"\(root.base64)","selection":\(selection)}

      """
  }
}
