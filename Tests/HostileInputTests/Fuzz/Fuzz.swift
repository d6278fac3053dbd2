import Glibc

/// Gives one target to libFuzzer: `fuzz TARGET [libFuzzer's options] [folders of inputs]`. Started by `tools/fuzz`.
@main struct Fuzz {
  /// What libFuzzer's function, which takes no context, calls.
  nonisolated(unsafe) private static var target = Target.json

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count > 1, let named = Target.all.first(where: { $0.name == arguments[1] }) else {
      print(Target.all.map(\.name).joined(separator: "\n"))
      exit(arguments.count > 1 ? 2 : 0)
    }
    target = named
    // libFuzzer keeps the pointers, so they are never freed.
    var pointers: [UnsafeMutablePointer<CChar>?] = ([arguments[0]] + arguments.dropFirst(2)).map { strdup($0) } + [nil]
    var count = CInt(pointers.count - 1)
    let status = pointers.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      return runDriver(&count, &start) { bytes, count in
        Fuzz.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
      }
    }
    exit(status)
  }

  private static func run(_ bytes: [UInt8]) {
    do {
      try target.check(bytes)
    } catch {
      // A trap is what libFuzzer takes for a finding.
      fatalError("\(target.name): \(error)")
    }
  }
}

/// `int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size))`
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
