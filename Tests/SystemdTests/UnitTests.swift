import Foundation
import Testing

/// The units of the source tree.
struct UnitTests {
    private func lines(_ name: String) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "systemd/\(name)"), encoding: .utf8)
        return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test func `the unit of one interface is that of all but for its places and its phones`() throws {
        let all = try lines("phoneprovd.service")
        let one = try lines("phoneprovd@.service")
        #expect(
            one.filter { !all.contains($0) } == [
                "Description=Provisioning agent of the SIP phones on %I",
                "Conflicts=phoneprovd.service",
                "ExecStart=/usr/sbin/phoneprovd --config /etc/phoneprovd/phoneprovd.yaml --interface %I",
                "ExecReload=/usr/bin/phoneprovctl --socket /run/phoneprovd/%i/io.phoneprovd reload",
                "StateDirectory=phoneprovd/%i",
                "RuntimeDirectory=phoneprovd/%i phoneprovd/%i/dhcp",
                "RuntimeDirectoryPreserve=restart",
                "Environment=PHONEPROVD_STATE_DIRECTORY=/var/lib/phoneprovd/%i",
                "Environment=PHONEPROVD_CONTROL_SOCKET=/run/phoneprovd/%i/io.phoneprovd",
            ]
        )
        #expect(
            all.filter { !one.contains($0) } == [
                "Description=Provisioning agent of a SIP phone",
                "ExecStart=/usr/sbin/phoneprovd --config /etc/phoneprovd/phoneprovd.yaml",
                "ExecReload=/usr/bin/phoneprovctl reload",
                "StateDirectory=phoneprovd",
                "RuntimeDirectory=phoneprovd",
                "RuntimeDirectoryPreserve=yes",
            ]
        )
    }
}
