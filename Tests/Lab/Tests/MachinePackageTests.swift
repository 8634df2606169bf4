import Foundation
import LabSupport
import Testing

private let isContinuousIntegration = ProcessInfo.processInfo.environment["CI"] != nil

/// The Debian package on a machine that has nothing else of this project: no Swift, no source tree.
///
/// "make deb" takes minutes, so "make test" goes without it; where changes are judged there has to be a package.
@Suite(
    "The Debian package",
    .serialized,
    .enabled(if: LabPlaces.debianPackage != nil || isContinuousIntegration, "make deb makes the package")
)
struct MachinePackageTests {
    private static let mac = "0080F0ABCDEF"

    @Test(
        "it installs, its daemon is provisioned by a real dhclient from a real dnsmasq, and the journal tells the story"
    )
    func story() async throws {
        let package = try #require(LabPlaces.debianPackage, "run make deb first")
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let url = "http://198.51.100.1/start.cfg"
            _ = try await Nginx.start(in: lab, files: ["start.cfg": Document.device(registrar: "sip.example.com")])
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(160, url)]))
            let machine = try await Machine.boot(in: lab, .packages([package]))
            #expect(try await machine.run(["sh", "-c", "ls -d /opt/swift /usr/libexec/swift"]).output == "")
            try await machine.require(["dpkg", "--install", Machine.package("phoneprovd")], within: .seconds(120))
            // A phone that nobody has described yet does not come up on the wire by itself.
            #expect(try await machine.property("ActiveState") == "inactive")
            let group = try await machine.require(["getent", "group", "phoneprovd-admin"])
            #expect(group.hasPrefix("phoneprovd-admin:"))

            try await machine.require([
                "sh", "-c", "echo 'include \"/etc/dhcp/dhclient-phoneprovd.conf\";' >>/etc/dhcp/dhclient.conf",
            ])
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await machine.startDHClient()
            try await machine.require(
                ["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "60"],
                within: .seconds(65)
            )
            #expect(try await machine.phone().source == "dhcp-160")
            #expect(try await machine.exposure() <= 1.3)
            let story = try await machine.journal("PHONE_MAC=\(Self.mac)").map(\.message)
            #expect(story.contains { $0.contains("DHCP BOUND on eth0") })
            #expect(story.contains { $0.hasPrefix("provisioned from \(url) (dhcp-160)") }, "\(story)")
            let explained = try await machine.require([
                "journalctl", "-x", "--no-pager", "MESSAGE_ID=995d9b3283c6407b93a2d11d0c24b973",
            ])
            #expect(explained.contains("Subject: The phone \(Self.mac) has ended a provisioning run"), "\(explained)")

            // An upgrade starts again what ran, and loses nothing of the store or of the configuration.
            try await machine.require(["phoneprovctl", "set", "HOT_LINE_DELAY_TIME", "7"])
            try await machine.require(["sh", "-c", "echo '# mine' >>/etc/phoneprovd/phoneprovd.yaml"])
            let before = try await machine.property("MainPID")
            try await machine.require(["dpkg", "--install", Machine.package("phoneprovd")], within: .seconds(120))
            #expect(try await machine.property("SubState") == "running")
            #expect(try await machine.property("MainPID") != before)
            #expect(try await machine.require(["phoneprovctl", "get", "HOT_LINE_DELAY_TIME"]) == "7\n")
            #expect(try await machine.require(["tail", "-n", "1", "/etc/phoneprovd/phoneprovd.yaml"]) == "# mine\n")
            try await machine.require(
                ["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "60"],
                within: .seconds(65)
            )

            // Removed, it keeps its store for a day on which it comes back; purged, nothing of it is left.
            try await machine.require(["dpkg", "--remove", "phoneprovd"])
            #expect(try await machine.run(["test", "-e", "/var/lib/phoneprovd/flash.sqlite"]).status == 0)
            try await machine.require(["dpkg", "--purge", "phoneprovd"])
            let find = [
                "find", "/etc", "/lib", "/run", "/usr", "/var/lib", "-iname", "*phoneprov*", "-not", "-path",
                "/usr/src/*",
            ]
            let left = try await machine.run(find).output.split(separator: "\n")
            #expect(left.isEmpty, "\(left)")
        }
    }
}
