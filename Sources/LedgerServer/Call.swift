import HTTPTypes
import HummingbirdCore
import Ledger

/// A request that may be answered: its path is known, takes the method, and the peer may call it.
struct Call {
  enum Action {
    case append(AppendForm)
    /// Sign a checkpoint over every record that is durable now.
    case sign
    /// Keep what a witness or a time-stamping authority has confirmed.
    case anchor
    /// Make personal data unreadable.
    case erase
    /// Record that the keys of persons are about to be copied.
    case backUpKeys
    /// Take a content in.
    case file(DocumentFiling.Head)
    /// Destroy a content.
    case destroy(DestructionAnswer)
    case read(Route)
  }

  var principal: Principal
  var action: Action
  /// Whether the client sends its body only when asked to (RFC 9110 §10.1.1).
  var awaitsContinue: Bool

  /// Whether the answer is the ledger's; else it can be given before the ledger is open.
  var needsLedger: Bool {
    if case .read(let route) = action { !route.isOpen } else { true }
  }

  /// Looks at the head alone; nothing of the body has been read.
  init(_ request: Request, on connection: Connection) throws(Problem) {
    guard let principal = connection.principal else {
      let user = connection.peer.map { "uid \($0.user)" } ?? "a peer without credentials"
      throw .forbidden("\(user) is no principal of this ledger")
    }
    self.principal = principal
    guard let route = Route(path: request.uri.path[...]) else {
      throw .notFound("there is nothing at \(request.uri.path)")
    }
    guard route.methods.contains(request.method) else {
      throw .methodNotAllowed(request.method, allowed: route.methods)
    }
    switch request.headers[.expect] {
    case nil: awaitsContinue = false
    case let expectation? where expectation.lowercased() == "100-continue": awaitsContinue = true
    case let expectation?: throw .expectationFailed(expectation)
    }
    if request.method == .post, route == .checkpoint {
      _ = try Query(request.uri.query, names: [])
      guard !principal.rights.isDisjoint(with: [.append, .read, .audit]) else {
        throw .forbidden("\(principal.name) may not ask for checkpoints")
      }
      action = .sign
    } else if route == .anchors {
      _ = try Query(request.uri.query, names: [])
      guard principal.rights.contains(.administer) else {
        throw .forbidden("\(principal.name) may not anchor the ledger")
      }
      action = .anchor
    } else if route == .erasures {
      _ = try Query(request.uri.query, names: [])
      guard principal.rights.contains(.administer) else {
        throw .forbidden("\(principal.name) may not erase personal data")
      }
      action = .erase
    } else if route == .keyBackups {
      _ = try Query(request.uri.query, names: [])
      guard principal.rights.contains(.administer) else {
        throw .forbidden("\(principal.name) may not copy the keys of persons")
      }
      action = .backUpKeys
    } else if case .document(let name) = route, request.method == .put {
      guard principal.rights.contains(.append) else {
        throw .forbidden("\(principal.name) may not file contents")
      }
      action = .file(try DocumentFiling.Head(name, request))
    } else if case .document(let name) = route, request.method == .delete {
      guard principal.rights.contains(.administer) else {
        throw .forbidden("\(principal.name) may not destroy contents")
      }
      action = .destroy(try DestructionAnswer(name, request))
    } else if case .person = route {
      guard principal.rights.contains(.unseal) else {
        throw .forbidden("\(principal.name) may not see sealed fields in the clear")
      }
      action = .read(route)
    } else if case .document = route, request.method == .head, principal.rights.contains(.append) {
      // Who files contents must learn how far one has come.
      action = .read(route)
    } else if request.method == .post {
      _ = try Query(request.uri.query, names: [])
      guard principal.rights.contains(.append) else {
        throw .forbidden("\(principal.name) may not append")
      }
      action = .append(try AppendForm(request.headers))
    } else {
      guard route.isOpen || !principal.rights.isDisjoint(with: [.read, .audit]) else {
        throw .forbidden("\(principal.name) may not read")
      }
      action = .read(route)
    }
  }
}
