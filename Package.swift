// swift-tools-version: 6.2

import PackageDescription

/// Settings that every target of ours is compiled with.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "phoneprovd",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    ],
    targets: [
        .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),

        // Pure values.
        .target(name: "Provisioning", swiftSettings: strict),
        .target(name: "SIP", swiftSettings: strict),
        .target(name: "DHCPOptions", swiftSettings: strict),
        .target(name: "Capture", swiftSettings: strict),
        .target(
            name: "PhoneSettings",
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

        // Unit tests: one target for each room.
        .testTarget(
            name: "ProvisioningTests",
            dependencies: ["Provisioning"],
            exclude: ["Scenarios"],
            swiftSettings: strict
        ),
        .testTarget(name: "CaptureTests", dependencies: ["Capture"], swiftSettings: strict),
        .testTarget(name: "SIPTests", dependencies: ["SIP"], swiftSettings: strict),
        .testTarget(name: "DHCPOptionsTests", dependencies: ["DHCPOptions"], swiftSettings: strict),
        .testTarget(name: "PhoneSettingsTests", dependencies: ["PhoneSettings"], swiftSettings: strict),
        .testTarget(
            name: "ConfigurationFileTests",
            dependencies: ["ConfigurationFile", "PhoneSettings"],
            swiftSettings: strict
        ),
    ]
)
