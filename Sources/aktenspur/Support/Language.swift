import Foundation

/// Human text: German where `LC_ALL`, else `LC_MESSAGES`, else `LANG` starts with `de`, else English. JSON never changes.
enum Language {
  static let isGerman: Bool = {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    return locale?.hasPrefix("de") ?? false
  }()

  static func text(en: String, de: String) -> String { isGerman ? de : en }
}
