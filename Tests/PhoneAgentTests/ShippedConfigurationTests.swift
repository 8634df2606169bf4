import Foundation
import Testing

@testable import PhoneAgent

/// The configuration file as it is shipped, of which phoneprovd.yaml(5) is made.
struct ShippedConfigurationTests {
    private static let text = Result {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "etc/phoneprovd/phoneprovd.yaml"), encoding: .utf8)
    }

    @Test func `it says of every key what a configuration without that key has`() throws {
        let shipped = try DaemonConfiguration.read(try Self.text.get(), path: "phoneprovd.yaml")
        var expected = DaemonConfiguration()
        expected.phones = shipped.phones
        #expect(shipped.phones.count == 1)
        #expect(shipped == expected)
    }

    @Test(arguments: YAMLReader.scalars.keys.sorted())
    func `every key stands in it, with a comment above it`(key: String) throws {
        let parts = key.split(separator: ".")
        let lines = try Self.text.get().split(separator: "\n", omittingEmptySubsequences: false)
        let section = parts.count == 1 ? 0 : try #require(lines.firstIndex(of: "\(parts[0]):")) + 1
        let indent = parts.count == 1 ? "" : "  "
        let name = try #require(parts.last)
        let line = try #require(lines[section...].firstIndex { $0.hasPrefix("\(indent)\(name): ") })
        #expect(lines[section..<line].allSatisfy { parts.count == 1 || $0.hasPrefix("  ") })
        #expect(lines[line - 1].hasPrefix("\(indent)# "))
    }
}
