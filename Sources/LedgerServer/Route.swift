import HTTPTypes

/// What a path names. Parts of it are still percent-encoded.
enum Route: Sendable, Hashable {
  case events
  case record(sequence: Substring)
  case proof(sequence: Substring)
  case consistency
  /// A path of C2SP tlog-tiles, without its leading slash.
  case tile(Substring)
  /// Everything after `/v1/subjects/`, whose slashes belong to the subject.
  case subject(Substring)
  /// Everything after `/v1/history/`, likewise.
  case history(subject: Substring)
  case checkpoint
  case anchors
  case erasures
  case keyBackups
  /// Everything after `/v1/persons/`, whose slashes belong to the reference.
  case person(Substring)
  /// A content, `sha256:` and hexadecimal digits.
  case document(name: Substring)
  case packs
  case figures
  case report(name: Substring)
  case projection(pack: Substring, table: Substring)
  case health
  case readiness
  case metrics

  init?(path: Substring) {
    switch path {
    case "/v1/events": self = .events
    case "/checkpoint": self = .checkpoint
    case "/v1/anchors": self = .anchors
    case "/v1/erasures": self = .erasures
    case "/v1/key-backups": self = .keyBackups
    case "/v1/consistency": self = .consistency
    case "/v1/packs": self = .packs
    case "/v1/figures": self = .figures
    case "/healthz": self = .health
    case "/readyz": self = .readiness
    case "/metrics": self = .metrics
    default:
      if let subject = path.after("/v1/subjects/") {
        self = .subject(subject)
      } else if let subject = path.after("/v1/history/") {
        self = .history(subject: subject)
      } else if let sequence = path.after("/v1/events/"), !sequence.contains("/") {
        self = .record(sequence: sequence)
      } else if let parts = path.after("/v1/events/")?.split(separator: "/", omittingEmptySubsequences: false),
        parts.count == 2, parts[1] == "proof", !parts[0].isEmpty
      {
        self = .proof(sequence: parts[0])
      } else if path.after("/tile/") != nil {
        self = .tile(path.dropFirst())
      } else if let person = path.after("/v1/persons/") {
        self = .person(person)
      } else if let name = path.after("/v1/documents/"), !name.contains("/") {
        self = .document(name: name)
      } else if let name = path.after("/v1/reports/"), !name.contains("/") {
        self = .report(name: name)
      } else if let names = path.after("/v1/projections/")?.split(separator: "/", omittingEmptySubsequences: false),
        names.count == 2, names.allSatisfy({ !$0.isEmpty })
      {
        self = .projection(pack: names[0], table: names[1])
      } else {
        return nil
      }
    }
  }

  /// The methods it takes, as `Allow` lists them.
  var methods: [HTTPRequest.Method] {
    switch self {
    case .events: [.get, .post]
    case .checkpoint: [.get, .head, .post]
    case .anchors, .erasures, .keyBackups: [.post]
    case .document: [.get, .head, .put, .delete]
    case .person: [.get]
    default: [.get, .head]
    }
  }
}

extension Substring {
  /// What follows `prefix`; nil where there is nothing or another beginning.
  fileprivate func after(_ prefix: String) -> Substring? {
    guard utf8.starts(with: prefix.utf8) else { return nil }
    let rest = self[utf8.index(utf8.startIndex, offsetBy: prefix.utf8.count)...]
    return rest.isEmpty ? nil : rest
  }
}

extension Route {
  /// The path as it is documented, its variable parts in braces.
  var template: String {
    switch self {
    case .events: "/v1/events"
    case .record: "/v1/events/{sequence}"
    case .proof: "/v1/events/{sequence}/proof"
    case .consistency: "/v1/consistency"
    case .tile: "/tile"
    case .subject: "/v1/subjects/{subject}"
    case .history: "/v1/history/{subject}"
    case .checkpoint: "/checkpoint"
    case .anchors: "/v1/anchors"
    case .erasures: "/v1/erasures"
    case .keyBackups: "/v1/key-backups"
    case .person: "/v1/persons/{person}"
    case .document: "/v1/documents/{digest}"
    case .packs: "/v1/packs"
    case .figures: "/v1/figures"
    case .report: "/v1/reports/{name}"
    case .projection: "/v1/projections/{pack}/{table}"
    case .health: "/healthz"
    case .readiness: "/readyz"
    case .metrics: "/metrics"
    }
  }
}

extension Route {
  /// Whether every principal may ask, whatever its rights.
  var isOpen: Bool { self == .health || self == .readiness || self == .metrics }
}
