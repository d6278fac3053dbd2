// swift-tools-version: 6.2
import PackageDescription

/// The path of libFuzzer without its `main`, set by `tools/fuzz`: our modules are built for it, and the executable that
/// runs it takes the place of the tests of hostile input, whose targets it shares.
let fuzzer = Context.environment["AKTENSPUR_FUZZER"]
let fuzzing: [SwiftSetting] =
  fuzzer == nil ? [] : [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])]

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + fuzzing

/// A module of ours. Imports run downwards only: list what a module may enter, nothing else.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one module; beside it they may use what it uses.
func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(name: name + "Tests", dependencies: [.target(name: name)] + dependencies, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let atomics = Target.Dependency.product(name: "Atomics", package: "swift-atomics")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "aktenspur",
  products: [
    .executable(name: "aktenspur", targets: ["aktenspur"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .executableTarget(
      name: "aktenspur",
      dependencies: [
        "LedgerServer", "Reporting", "Ledger", "ReadModels", "DomainPacks", "Audit", "Witness", "EventLog",
        "TimeStamps", "Xdomea", "LogFormat", "TransparencyLog", argumentParser, logging, nioCore, nioHTTP1, nioPosix,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "bench", dependencies: ["COpenSSL", argumentParser, grdb, grdbSQLite], swiftSettings: settings),
    module(
      "LedgerServer",
      [
        "Ledger", "Reporting", "ReadModels", "DomainPacks", "DocumentStore", "Privacy", "EventLog", "TimeStamps",
        "LogFormat", "TransparencyLog", "CPeer", atomics, hummingbirdCore, httpTypes, logging, nioCore, nioHTTP1,
        nioHTTPTypes, nioPosix,
        serviceLifecycle, unixSignals,
        yams,
      ]),
    module("Reporting", ["ReadModels", "DomainPacks", "LogFormat", "TransparencyLog", mustache]),
    module(
      "Ledger",
      [
        "ReadModels", "DomainPacks", "DocumentStore", "Privacy", "EventLog", "Signatures", "TimeStamps", "LogFormat",
        "TransparencyLog", "Threads", logging,
      ]),
    module("ReadModels", ["DomainPacks", "LogFormat", "TransparencyLog", "Threads", grdb, grdbSQLite]),
    module("DomainPacks", ["LogFormat", "TransparencyLog"]),
    module("DocumentStore", ["TransparencyLog"]),
    module("Signatures", ["TimeStamps", "TransparencyLog", "COpenSSL"]),
    module("Privacy", ["LogFormat", "TransparencyLog", "COpenSSL"]),
    module("Audit", ["TimeStamps", "LogFormat", "TransparencyLog"]),
    module(
      "Witness",
      [
        "TransparencyLog", hummingbirdCore, httpTypes, logging, nioCore, nioPosix, serviceLifecycle, unixSignals,
      ]),
    module("EventLog", ["LogFormat", "TransparencyLog", "Threads", atomics, logging]),
    module("LogFormat", ["TransparencyLog"]),
    module("TimeStamps", ["TransparencyLog", "COpenSSL", swiftASN1]),
    module("Xdomea", ["TransparencyLog"]),
    module("TransparencyLog", ["COpenSSL"]),
    module("Threads"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CPeer"),

    tests(
      of: "LedgerServer",
      [
        "Ledger", "EventLog", "LogFormat", "TransparencyLog", hummingbirdCore, httpTypes, logging, nioCore, nioPosix,
      ]),
    tests(of: "Reporting", ["ReadModels", "DomainPacks", "LogFormat", "TransparencyLog"]),
    tests(
      of: "Ledger",
      [
        "Audit", "DocumentStore", "DomainPacks", "EventLog", "LogFormat", "Privacy", "ReadModels", "TransparencyLog",
        grdb, logging,
      ]),
    tests(of: "ReadModels", ["DomainPacks", "LogFormat", "TransparencyLog", grdb]),
    tests(of: "DomainPacks", ["LogFormat", "TransparencyLog"]),
    tests(of: "DocumentStore", ["TransparencyLog"]),
    tests(of: "Privacy", ["LogFormat", "TransparencyLog"]),
    tests(of: "Audit", ["TimeStamps", "LogFormat", "TransparencyLog"]),
    tests(of: "Witness", ["TransparencyLog"]),
    tests(of: "EventLog", ["Audit", "LogFormat", "TransparencyLog", logging]),
    tests(of: "LogFormat", ["TransparencyLog"]),
    tests(of: "TimeStamps", ["TransparencyLog"]),
    tests(of: "Signatures", ["TimeStamps"]),
    tests(of: "Xdomea"),
    tests(of: "TransparencyLog"),
    tests(of: "Threads"),
    .testTarget(
      name: "EndToEndTests", dependencies: ["aktenspur", "TimeStamps", "LogFormat", "TransparencyLog"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

let readers: [Target.Dependency] = [
  "LedgerServer", "DomainPacks", "Audit", "EventLog", "Signatures", "TimeStamps", "LogFormat", "TransparencyLog",
  httpTypes, nioCore,
]
package.targets.append(
  fuzzer.map {
    .executableTarget(
      name: "fuzz", dependencies: readers, path: "Tests/HostileInputTests",
      exclude: ["Seeds", "HostileInputTests.swift"], swiftSettings: settings,
      linkerSettings: [.unsafeFlags([$0, "-lstdc++"])])
  }
    ?? .testTarget(
      name: "HostileInputTests", dependencies: readers, exclude: ["Seeds", "Fuzz"], swiftSettings: settings))
