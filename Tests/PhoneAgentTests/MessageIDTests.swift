import Foundation
import Provisioning
import Testing

@testable import PhoneAgent

/// The journal's events, and what its catalog says of them.
struct MessageIDTests {
    private static let all =
        [
            MessageID.settingChanged, MessageID.storeDamaged, MessageID.storeMigrated, MessageID.pnpConflict,
            MessageID.reloaded, MessageID.reloadRefused, MessageID.callRefused,
        ] + Outcome.allCases.map { MessageID.runEnded($0) }

    @Test func `each has an entry in the catalog, and the catalog has no other`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "systemd/phoneprovd.catalog"), encoding: .utf8)
        let entries = text.split(separator: "\n").filter { $0.hasPrefix("-- ") }.map { String($0.dropFirst(3)) }
        #expect(entries.sorted() == Set(Self.all).sorted())
    }
}
