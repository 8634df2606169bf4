// swift-tools-version: 6.2

import PackageDescription

/// Settings that every target of ours is compiled with.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "phoneprovd",
    products: [
        .executable(name: "phoneprovd", targets: ["phoneprovd"]),
        .executable(name: "phoneprovctl", targets: ["phoneprovctl"]),
        .executable(name: "phoneprov-inform", targets: ["phoneprov-inform"]),
        .executable(name: "phoneprov-web", targets: ["phoneprov-web"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    ],
    targets: [
        // C libraries: module maps and inline shims, no logic.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CXattr"),

        // Pure values.
        .target(name: "Provisioning", swiftSettings: strict),
        .target(name: "SIP", swiftSettings: strict),
        .target(name: "DHCPOptions", swiftSettings: strict),
        .target(name: "Capture", swiftSettings: strict),
        .target(name: "Archive", swiftSettings: strict),
        .target(
            name: "PhoneSettings",
            dependencies: ["Provisioning"],
            resources: [.embedInCode("Resources/parameters.tsv")],
            swiftSettings: strict
        ),
        .target(
            name: "ConfigurationFile",
            dependencies: [
                "CXML2", "PhoneSettings",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),

        // Adapters at the edge.
        .target(name: "Downloads", dependencies: ["CCurl"], swiftSettings: strict),
        .target(name: "Systemd", dependencies: ["CSystemd", logging], swiftSettings: strict),
        .target(name: "Control", dependencies: ["CXattr", nio, nioPosix], swiftSettings: strict),
        // How runs, statuses and settings look: the same words for a terminal and for a page.
        .target(name: "Presentation", dependencies: ["Control"], swiftSettings: strict),
        .target(
            name: "Flash",
            dependencies: ["PhoneSettings", "Provisioning", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        .target(
            name: "PhoneAgent",
            dependencies: [
                "Provisioning", "SIP", "PhoneSettings", "ConfigurationFile", "DHCPOptions", "Flash", "Downloads",
                "Archive", "Control", "Presentation", nio, nioPosix, logging,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),

        // The phone's pages: they know the daemon by its control socket only.
        .target(
            name: "WebProgramming",
            dependencies: [
                "Control", "PhoneSettings", "Presentation", nio, nioPosix, logging,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [
                .embedInCode("Resources/document.mustache"),
                .embedInCode("Resources/field.mustache"),
                .embedInCode("Resources/files.mustache"),
                .embedInCode("Resources/history.mustache"),
                .embedInCode("Resources/icon.svg"),
                .embedInCode("Resources/layout.mustache"),
                .embedInCode("Resources/live.js"),
                .embedInCode("Resources/maintenance.mustache"),
                .embedInCode("Resources/message.mustache"),
                .embedInCode("Resources/overview-row.mustache"),
                .embedInCode("Resources/overview.mustache"),
                .embedInCode("Resources/phone-state.mustache"),
                .embedInCode("Resources/phone.mustache"),
                .embedInCode("Resources/provisioning.mustache"),
                .embedInCode("Resources/run-page.mustache"),
                .embedInCode("Resources/run.mustache"),
                .embedInCode("Resources/setting.mustache"),
                .embedInCode("Resources/settings.mustache"),
                .embedInCode("Resources/sign-in.mustache"),
                .embedInCode("Resources/style.css"),
            ],
            swiftSettings: strict
        ),

        // What programs that systemd starts have in common.
        .target(
            name: "ServiceProgram",
            dependencies: [
                "Systemd", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),

        // Executables: options and composition, nothing else.
        .executableTarget(
            name: "phoneprovd",
            dependencies: [
                "Control", "PhoneAgent", "ServiceProgram", "Systemd", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "phoneprovctl",
            dependencies: [
                "Capture", "Control", "ConfigurationFile", "DHCPOptions", "Downloads", "PhoneSettings", "Presentation",
                "Provisioning",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("Schemas/explain.schema.json"), .embedInCode("Schemas/expect.schema.json"),
                .embedInCode("Schemas/get.schema.json"), .embedInCode("Schemas/history.schema.json"),
                .embedInCode("Schemas/status.schema.json"), .embedInCode("Schemas/wait.schema.json"),
            ],
            swiftSettings: strict
        ),

        .executableTarget(name: "phoneprov-inform", dependencies: ["DHCPOptions"], swiftSettings: strict),
        .executableTarget(
            name: "phoneprov-web",
            dependencies: [
                "Control", "ServiceProgram", "Systemd", "WebProgramming", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        // Makes the manual pages when the programs are installed; it is not installed itself.
        .executableTarget(name: "manual-pages", exclude: ["Pages"], swiftSettings: strict),

        // Unit tests: one target for each room.
        .testTarget(
            name: "ProvisioningTests",
            dependencies: ["Provisioning"],
            exclude: ["Scenarios"],
            swiftSettings: strict
        ),
        .testTarget(name: "CaptureTests", dependencies: ["Capture"], swiftSettings: strict),
        .testTarget(name: "ArchiveTests", dependencies: ["Archive"], swiftSettings: strict),
        .testTarget(name: "SIPTests", dependencies: ["SIP"], swiftSettings: strict),
        .testTarget(name: "DHCPOptionsTests", dependencies: ["DHCPOptions"], swiftSettings: strict),
        .testTarget(name: "PhoneSettingsTests", dependencies: ["PhoneSettings"], swiftSettings: strict),
        .testTarget(
            name: "ConfigurationFileTests",
            dependencies: ["ConfigurationFile", "PhoneSettings", "CXML2"],
            swiftSettings: strict
        ),
        .testTarget(name: "DownloadsTests", dependencies: ["Downloads"], swiftSettings: strict),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd", logging], swiftSettings: strict),
        .testTarget(name: "ControlTests", dependencies: ["Control", nio, nioPosix], swiftSettings: strict),
        .testTarget(
            name: "PhoneprovctlTests",
            dependencies: ["Control", "Presentation", "Provisioning", "phoneprovctl"],
            exclude: ["Snapshots"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FlashTests",
            dependencies: ["Flash", "PhoneSettings", "Provisioning", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PhoneAgentTests",
            dependencies: [
                "PhoneAgent", "Archive", "Control", "Downloads", "Flash", "PhoneSettings", "Provisioning", "SIP", nio,
                nioPosix, logging, .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WebProgrammingTests",
            dependencies: [
                "WebProgramming", "Control", nio, logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: strict
        ),

        // The lab: real servers in network namespaces. It needs root, and .lab/root (Tests/Lab/make-root).
        .systemLibrary(name: "CLab", path: "Tests/Lab/CLab"),
        .target(name: "LabSupport", dependencies: ["CLab"], path: "Tests/Lab/Support", swiftSettings: strict),
        .testTarget(
            name: "LabTests",
            dependencies: ["Control", "LabSupport"],
            path: "Tests/Lab/Tests",
            exclude: ["SIPp"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "lab-demonstration",
            dependencies: ["LabSupport"],
            path: "Tests/Lab/Demonstration",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "benchmarks",
            dependencies: ["LabSupport", "ConfigurationFile", "PhoneSettings", "CXML2"],
            path: "Tests/Lab/Benchmarks",
            exclude: ["idle.c"],
            swiftSettings: strict
        ),
        // What is timed beside curl, with no other library in it.
        .executableTarget(
            name: "download-benchmark",
            dependencies: ["Downloads"],
            path: "Tests/Lab/DownloadBenchmark",
            swiftSettings: strict
        ),
        // Measures the message parser; a program of its own, as only an optimised one is worth measuring.
        .target(name: "CountingAllocator", path: "Tests/Lab/CountingAllocator"),
        .executableTarget(
            name: "sip-benchmark",
            dependencies: ["CountingAllocator", "SIP"],
            path: "Tests/Lab/SIPBenchmark",
            swiftSettings: strict
        ),
    ]
)
