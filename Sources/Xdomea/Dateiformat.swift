/// A file format by the code list `dateiformat` 1.0 of xdomea.
struct Dateiformat {
  private static let other = "100"
  private static let byMediaType = [
    "application/pdf": "018", "text/csv": "002", "application/msword": "003", "message/rfc822": "006",
    "text/html": "008", "image/jpeg": "011", "application/vnd.ms-outlook": "012", "image/png": "019",
    "application/vnd.oasis.opendocument.presentation": "013", "application/vnd.oasis.opendocument.spreadsheet": "014",
    "application/vnd.oasis.opendocument.text": "015", "application/rtf": "022", "image/tiff": "024",
    "application/xml": "030", "text/xml": "030", "text/plain": "045",
  ]
  private static let byExtension = [
    "pdf": "018", "csv": "002", "doc": "003", "eml": "006", "html": "008", "htm": "007", "jpg": "011", "jpeg": "010",
    "msg": "012", "odp": "013", "ods": "014", "odt": "015", "png": "019", "rtf": "022", "tif": "023", "tiff": "024",
    "xml": "030", "txt": "045",
  ]

  let code: String

  /// Whether the list has no code of its own for it.
  var isOther: Bool { code == Dateiformat.other }

  init(medientyp: String?, dateiname: String?) {
    let type = medientyp?.split(separator: ";").first.map { $0.lowercased() }
    let ending = dateiname?.split(separator: ".").last.map { $0.lowercased() }
    code =
      type.flatMap { Dateiformat.byMediaType[$0] } ?? ending.flatMap { Dateiformat.byExtension[$0] }
      ?? Dateiformat.other
  }
}
