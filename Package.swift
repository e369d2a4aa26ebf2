// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target of ours: no warning passes CI.
let strict: [SwiftSetting] =
    Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

/// Our own C++ also looks for undefined behaviour where scripts/check or scripts/fuzz builds it: Swift has no such
/// sanitizer, and Address Sanitizer's runtime carries this one's.
let undefined: [CXXSetting] =
    ["CHECK_UNDEFINED", "TOLLGATE_FUZZ"].allSatisfy { Context.environment[$0] == nil }
    ? [] : [.unsafeFlags(["-fsanitize=undefined", "-fno-sanitize=vptr,function"])]

let nio = [
    Target.Dependency.product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]
let tls = [
    Target.Dependency.product(name: "NIOTLS", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOHTTP2", package: "swift-nio-http2"),
]
let locks = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

func source(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}
/// The one importer of a C module: what the compiler cannot prove safe in memory stands behind `unsafe`.
func wrapper(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + [.strictMemorySafety()])
}
/// - Parameter exclude: folders of what the tests read by themselves.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.target(name: name)] + dependencies, exclude: exclude,
        swiftSettings: strict)
}

let package = Package(
    name: "tollgate",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "tollgate", targets: ["tollgate"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // C and C++: thin typed shims over Debian's libraries, each with one importer.
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CLMDB", linkerSettings: [.linkedLibrary("lmdb")]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CRE2", cxxSettings: undefined, linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CSpawn"),
        .target(name: "CSimdjson", cxxSettings: undefined, linkerSettings: [.linkedLibrary("simdjson")]),

        // Pure: no I/O, no NIO.
        wrapper("JSON", ["CSimdjson"]),
        source("Domain"),
        source("Measures"),
        source("Prompting", ["CRE2", "Domain", "JSON"]),
        source("Protocols", ["Domain", "JSON"]),

        // What both ports hold their clients to.
        source("Edge", ["Domain", .product(name: "NIOTLS", package: "swift-nio")] + nio),

        // One kind of I/O each.
        wrapper("Storage", ["CLMDB", "Domain", "Measures", "Security", locks]),
        wrapper("Transport", ["CCurl", locks]),
        wrapper("Security", ["COpenSSL", "Domain"]),

        // The two planes, and the providers we simulate.
        source(
            "Gateway",
            [
                "Domain", "Edge", "JSON", "Measures", "Prompting", "Protocols", "Storage", "Transport", "Security",
                locks,
                log,
                lifecycle,
            ]
                + nio + tls),
        .target(
            name: "Admin",
            dependencies: [
                "Domain", "Edge", "JSON", "Prompting", "Protocols", "Storage", "Security", log, lifecycle,
                locks,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            resources: [.embedInCode("openapi.yaml")],
            swiftSettings: strict),
        source("Simulator", ["JSON", locks, log, lifecycle] + nio),

        .executableTarget(
            name: "tollgate",
            dependencies: [
                "CSpawn", "Domain", "Edge", "JSON", "Measures", "Protocols", "Storage", "Transport", "Security",
                "Gateway",
                "Admin",
                "Simulator", locks, log, lifecycle,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),

        // No part of the product: run by scripts/benchmark.
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "CLMDB", "Domain", "Security", "Storage", "Gateway", "Transport", "Simulator", log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks", swiftSettings: strict),

        // Lets tests and measurements in Python ask what we do with the same input (Tests/differential).
        .executableTarget(
            name: "probe", dependencies: ["Admin", "Prompting", "Domain", "JSON", "Protocols", "Security"],
            path: "Tests/Probe", swiftSettings: strict),

        // Tests; Generators is what several of them share.
        .target(name: "Generators", path: "Tests/Generators", swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        // What reads bytes from outside, each with what must hold of it; scripts/fuzz runs it under libFuzzer.
        .target(
            name: "Fuzz",
            dependencies: [
                "Domain", "Edge", "JSON", "Prompting", "Protocols", "Storage", "Transport",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio,
            path: "Tests/Fuzz", exclude: ["Corpus", "tokens.dict"], swiftSettings: strict),
        tests("Fuzz", ["Generators"]),
        tests("JSON"),
        tests("Domain", ["Generators"]),
        tests("Measures"),
        tests("Prompting", ["Domain", "Generators", "JSON"]),
        tests("Protocols", ["Domain", "Generators", "JSON"], exclude: ["Bills/Golden"]),
        tests("Storage", ["Domain", "Generators", locks]),
        tests("Security", ["Domain"]),
        tests("Edge", ["Domain", .product(name: "NIOEmbedded", package: "swift-nio")] + nio),
        tests("Transport", ["Simulator", locks] + nio),
        tests("Simulator", ["Transport"]),
        tests(
            "Admin",
            [
                "Domain", "JSON", "Prompting", "Security", "Storage", locks, log,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        tests(
            "tollgate",
            [
                "Domain", "JSON", "Security", "Storage", locks, log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests(
            "Gateway",
            [
                "Domain", "JSON", "Prompting", "Security", "Simulator", "Storage", "Transport", log, lifecycle,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// The fuzzer's program takes its main from libFuzzer, so it links only where the compiler's own fuzzer is asked for.
if Context.environment["TOLLGATE_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "FuzzDriver", dependencies: ["Fuzz"], path: "Tests/FuzzDriver", swiftSettings: strict))
    package.products.append(.executable(name: "fuzz", targets: ["FuzzDriver"]))
}
