import TransparencyLog

/// What a witness knows of a log: its newest cosigned checkpoint, or nothing yet.
struct Memory: Sendable {
  var note: SignedNote?
  var size: UInt64 = 0
  var root = RFC6962.emptyRoot
  /// When it was cosigned.
  var timestamp: UInt64 = 0

  /// Why the checkpoint may not be cosigned; nil where it continues what is known.
  func refusal(of checkpoint: Checkpoint, _ request: AddCheckpointRequest) -> WitnessAnswer? {
    guard request.old == size else { return .otherSize(size) }
    guard checkpoint.size > 0 || checkpoint.root == RFC6962.emptyRoot else {
      return .inconsistent("the root of a tree of size 0 is \(RFC6962.emptyRoot.base64)")
    }
    guard request.old > 0 || request.proof.isEmpty else {
      return .inconsistent("the consistency proof from size 0 is empty")
    }
    guard request.old < checkpoint.size || checkpoint.root == root else {
      return .inconsistent("another root was cosigned at size \(size): \(root.base64)")
    }
    let isConsistent =
      request.old == 0 && checkpoint.size > 0
      || ConsistencyProof.verify(
        request.proof, oldSize: size, oldRoot: root, newSize: checkpoint.size, newRoot: checkpoint.root)
    return isConsistent
      ? nil : .inconsistent("the consistency proof from size \(size) to \(checkpoint.size) does not hold")
  }
}
