// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target of ours: no warning passes CI.
let strict: [SwiftSetting] =
    Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

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
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.target(name: name)] + dependencies, swiftSettings: strict)
}

let package = Package(
    name: "tollgate",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "tollgate", targets: ["tollgate"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
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
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),

        // Pure: no I/O, no NIO.
        source("JSON", ["CSimdjson"]),
        source("Domain"),
        source("Prompting", ["Domain", "JSON"]),
        source("Protocols", ["Domain", "JSON"]),

        // What both ports hold their clients to.
        source("Edge", ["Domain", .product(name: "NIOTLS", package: "swift-nio")] + nio),

        // One kind of I/O each.
        source("Storage", ["CLMDB", "Domain", locks]),
        source("Transport", ["CCurl", locks]),
        source("Security", ["COpenSSL", "Domain"]),

        // The two planes, and the providers we simulate.
        source(
            "Gateway",
            [
                "Domain", "Edge", "JSON", "Prompting", "Protocols", "Storage", "Transport", "Security", locks, log,
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
                .product(name: "HummingbirdTLS", package: "hummingbird"),
            ],
            resources: [.embedInCode("openapi.yaml")],
            swiftSettings: strict),
        source("Simulator", ["JSON", locks, log, lifecycle] + nio),

        .executableTarget(
            name: "tollgate",
            dependencies: [
                "Domain", "Edge", "JSON", "Storage", "Transport", "Security", "Gateway", "Admin", "Simulator", log,
                lifecycle, locks,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),

        // Tests; Generators is what several of them share.
        .target(name: "Generators", path: "Tests/Generators", swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        tests("JSON"),
        tests("Domain", ["Generators"]),
        tests("Prompting", ["Domain", "JSON"]),
        tests("Protocols", ["Domain", "JSON"]),
        tests("Storage", ["Domain", "Generators"]),
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
                "Domain", "JSON", "Security", "Storage", log,
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
