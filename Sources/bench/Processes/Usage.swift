import Foundation

/// What a process took while it was measured.
struct Usage {
  /// Processor time, user and system together, in seconds.
  var processorSeconds: Double
  var seconds: Double
  /// The most memory that was resident, in bytes.
  var peakBytes: Int
  /// Processor time that the load generator took of the same processors meanwhile, in seconds.
  var generatorSeconds = 0.0

  /// How many processors were busy with it.
  var cores: Double { seconds > 0 ? processorSeconds / seconds : 0 }

  /// How many processors were busy with making requests and reading answers.
  var generatorCores: Double { seconds > 0 ? generatorSeconds / seconds : 0 }

  /// Processor time of this process since its start, in seconds.
  static var ownProcessorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The medians of the processor times with the highest peak; nil for no usages.
  static func summary(_ usages: [Usage]) -> Usage? {
    usages.isEmpty
      ? nil
      : Usage(
        processorSeconds: usages.map(\.cores).median, seconds: 1, peakBytes: usages.map(\.peakBytes).max() ?? 0,
        generatorSeconds: usages.map(\.generatorCores).median)
  }
}

/// What the kernel says of a running process.
struct ProcessStatus {
  let process: pid_t

  /// Since its start, in seconds; zero when it is gone.
  var processorSeconds: Double {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return 0 }
    // Behind the name: state, ten more fields, then user and system time in ticks.
    let fields = text[name...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The most memory that was resident since the start or ``forgetPeak()``, in bytes; zero when it is gone.
  var peakBytes: Int { bytes("VmHWM:") }

  /// Lets the peak begin anew.
  func forgetPeak() {
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(process)/clear_refs"))
  }

  private func bytes(_ key: String) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) })
    else { return 0 }
    return (Int(line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first ?? "") ?? 0) << 10
  }
}
