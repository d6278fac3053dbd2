import Foundation
import Synchronization

/// A past state of the live file without a copy of it: its pages are read from where they are, those that are the same
/// from the live file and the others from the files they were kept in. What is written into it goes to a file of its own,
/// which has no name.
///
/// As long as it lives nothing is taken over into the live file, whose log of changes grows meanwhile. Should that have been
/// changed all the same, reading fails.
final class PastPages: Sendable {
  private let live: OpenedFile
  /// The live file as it must stay.
  private let identity: FileIdentity
  private let files: [OpenedFile]
  private let kept: [UInt32: Place]
  private let added: OpenedFile
  private let state: Mutex<State>
  /// Held against our own checkpoints.
  private let lock: SnapshotLock

  /// Where the content of a page is.
  private struct Place {
    var file: Int
    var offset: Int
  }

  private struct State {
    var bytes: Int
    /// Pages that the mark had, as far as they have not been cut off.
    var pages: UInt32
    /// Of pages written here, the place in `added`.
    var written: [UInt32: Int] = [:]
    /// Where the next one goes.
    var next = 0
  }

  /// - Parameters:
  ///   - marks: the state wanted and all that follow it.
  ///   - scratch: a file that can be made there; it has no name any more when this returns.
  /// - Throws: ``KeptPages/Rotten``, ``ReadModelError``.
  init(
    _ marks: ArraySlice<SnapshotChain.Mark>, of folder: String, live path: String, _ identity: FileIdentity,
    scratch: String, _ lock: SnapshotLock
  ) throws {
    self.lock = lock
    self.identity = identity
    live = try OpenedFile(path, O_RDONLY)
    try live.keepFromClosing()
    try live.check(identity)
    let pages = marks.first?.pages ?? 0
    var files: [OpenedFile] = []
    var kept: [UInt32: Place] = [:]
    for mark in marks where mark.count > 0 {
      let source = KeptPages(path: folder + "/" + mark.file)
      files.append(try OpenedFile(source.path, O_RDONLY))
      var place = 0
      // Of a page kept several times, the first is as it was at the mark.
      try source.forEach(mark.count) { number, _ in
        if number <= pages, kept[number] == nil {
          kept[number] = Place(file: files.count - 1, offset: KeptPages.offset(ofContent: place))
        }
        place += 1
      }
    }
    self.files = files
    self.kept = kept
    added = try OpenedFile(scratch, O_RDWR | O_CREAT | O_EXCL)
    unlink(scratch)
    state = Mutex(State(bytes: Int(pages) * KeptPages.pageSize, pages: pages))
  }

  var bytes: Int {
    get { state.withLock { $0.bytes } }
    set {
      state.withLock { state in
        state.bytes = newValue
        let pages = UInt32((newValue + KeptPages.pageSize - 1) / KeptPages.pageSize)
        state.pages = min(state.pages, pages)
        state.written = state.written.filter { $0.key <= pages }
      }
    }
  }

  /// Fills the buffer from the place on.
  ///
  /// - Returns: how many bytes there were; fewer at the end only.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    let count = max(0, min(buffer.count, bytes - offset))
    var done = 0
    while done < count {
      let (number, within) = PastPages.page(at: offset + done)
      let part = min(KeptPages.pageSize - within, count - done)
      try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + part)]), of: number, from: within)
      done += part
    }
    return count
  }

  /// Copies all of it to another file.
  func copy(to path: String) throws {
    let file = try OpenedFile(path, O_WRONLY | O_CREAT | O_TRUNC)
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while case let count = try buffer.withUnsafeMutableBytes({ try read(into: $0, at: offset) }), count > 0 {
      try buffer.withUnsafeBytes { try file.write(UnsafeRawBufferPointer(rebasing: $0[..<count]), at: offset) }
      offset += count
    }
  }

  func write(_ buffer: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < buffer.count {
      let (number, within) = PastPages.page(at: offset + done)
      let part = min(KeptPages.pageSize - within, buffer.count - done)
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[done..<(done + part)])
      let place = try state.withLock { $0.written[number] } ?? begin(number, isWhole: part == KeptPages.pageSize)
      try added.write(bytes, at: place + within)
      done += part
    }
    state.withLock { $0.bytes = max($0.bytes, offset + buffer.count) }
  }

  private static func page(at offset: Int) -> (number: UInt32, within: Int) {
    (UInt32(offset / KeptPages.pageSize) + 1, offset % KeptPages.pageSize)
  }

  private func read(into buffer: UnsafeMutableRawBufferPointer, of number: UInt32, from within: Int) throws {
    let (written, pages) = state.withLock { ($0.written[number], $0.pages) }
    if let place = written {
      try added.read(into: buffer, at: place + within)
    } else if number > pages {
      // Between pages added behind the end there may be some that are not written yet.
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
    } else if let place = kept[number] {
      try files[place.file].read(into: buffer, at: place.offset + within)
    } else {
      try live.read(into: buffer, at: (Int(number) - 1) * KeptPages.pageSize + within)
      // The locks keep all that is ours from it; whoever deletes them, or uses another program, is found out.
      try live.check(identity)
    }
    if number == 1 { PastPages.leaveChangeLog(buffer, from: within) }
  }

  /// The live file says that it has a log of changes beside it (https://www.sqlite.org/fileformat.html, bytes 18 and 19
  /// of the header). A past state has none.
  private static func leaveChangeLog(_ buffer: UnsafeMutableRawBufferPointer, from within: Int) {
    for place in 18...19 where buffer.indices.contains(place - within) { buffer[place - within] = 1 }
  }

  /// Makes room for a page that is written here for the first time.
  private func begin(_ number: UInt32, isWhole: Bool) throws -> Int {
    let place = state.withLock { state in
      defer { state.next += KeptPages.pageSize }
      return state.next
    }
    if !isWhole {
      var content = [UInt8](repeating: 0, count: KeptPages.pageSize)
      _ = try content.withUnsafeMutableBytes {
        try read(into: $0, at: (Int(number) - 1) * KeptPages.pageSize)
      }
      try added.write(content, at: place)
    }
    state.withLock { $0.written[number] = place }
    return place
  }
}
