import Ledger
import LogFormat

/// Lines of a stream that are made ready for the ledger, to be given to it together.
struct LineReading: Sendable {
  /// Some of them.
  struct Lines: Sendable {
    /// The numbers of those that hold an event.
    var numbers: [Int] = []
    /// Those that do not, and why, by their numbers.
    var problems: [(line: Int, problem: Problem)] = []

    var count: Int { numbers.count + problems.count }
    var isEmpty: Bool { count == 0 }
  }

  private(set) var draft: AppendDraft
  private(set) var ready = Lines()
  /// From the first event with personal fields on: these are sealed first.
  private(set) var sealedEvents: [[Event]] = []
  private(set) var sealed = Lines()
  /// How many bytes it was given.
  private(set) var bytes = 0

  init(_ ledger: Ledger, _ principal: Principal) {
    draft = ledger.draft(by: principal)
  }

  /// Takes the lines that `split` hands out, one after the other.
  ///
  /// - Parameter bytes: how long they are together at most.
  mutating func take(bytes: Int, _ split: ((_ number: Int, _ line: LineSplitter.Line) -> Void) -> Void) {
    self.bytes += bytes
    var lines: [(number: Int, root: Result<Int, Problem>)] = []
    // One for all: a document for each would cost about as much again as reading it.
    let document = JSONDocument(room: bytes) { reader in
      split { number, line in lines.append((number, LineReading.read(line, &reader))) }
    }
    if ready.isEmpty { draft.reserve(events: lines.count, bytes: bytes + bytes / 8) }
    for (number, root) in lines {
      do throws(Problem) {
        take(try Event.read(document.root(at: root.get())), number)
      } catch {
        refuse(number, error)
      }
    }
  }

  private static func read(_ line: LineSplitter.Line, _ reader: inout JSONReader) -> Result<Int, Problem> {
    switch line {
    case .tooLong: return .failure(.tooLarge("a line may have \(Limits.event) bytes at most"))
    case .text(let bytes):
      do throws(JSONError) { return .success(try reader.read(bytes)) } catch { return .failure(Problem(error)) }
    }
  }

  private mutating func take(_ event: Event, _ number: Int) {
    if sealedEvents.isEmpty, draft.add(event) {
      ready.numbers.append(number)
    } else {
      sealedEvents.append([event])
      sealed.numbers.append(number)
    }
  }

  private mutating func refuse(_ number: Int, _ problem: Problem) {
    if sealedEvents.isEmpty {
      ready.problems.append((number, problem))
    } else {
      sealed.problems.append((number, problem))
    }
  }
}
