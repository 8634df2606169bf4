import LabSupport
import Testing

/// phoneprov-web as installed, started by its socket.
@Suite("Web programming under systemd", .serialized)
struct MachineWebTests {
    private static let mac = "0080F0ABCDEF"
    private static let unit = "phoneprov-web.service"
    private static let socket = "phoneprov-web.socket"
    private static let certificate = "/var/lib/phoneprov-web/certificate.pem"

    @Test("is off until enabled; a request starts it; it keeps its certificate, and outlives itself and the daemon")
    func service() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            try await machine.require(["systemctl", "start", "phoneprovd"])
            let visitor = MachineVisitor(machine: machine)
            #expect(try await machine.run(["systemctl", "is-enabled", Self.socket]).output == "disabled\n")
            #expect(try await machine.property("ActiveState", of: Self.socket) == "inactive")
            #expect(try await visitor.isRefused())

            // The socket costs nothing until somebody comes.
            try await machine.require(["systemctl", "--quiet", "enable", "--now", Self.socket])
            #expect(try await machine.property("SubState", of: Self.socket) == "listening")
            #expect(try await machine.property("ActiveState", of: Self.unit) == "inactive")
            #expect(try await machine.run(["test", "-e", Self.certificate]).status == 1)
            let first = try await visitor.open("/sign-in")
            #expect(first.status == "200" && first.body.contains("<h1>Sign in</h1>"), "\(first)")
            let running = try await machine.properties("ActiveState", "SubState", "NRestarts", "Type", of: Self.unit)
            #expect(running == ["ActiveState": "active", "SubState": "running", "NRestarts": "0", "Type": "notify"])
            let pid = try await machine.property("MainPID", of: Self.unit)
            #expect(
                try await machine.require(["stat", "-c", "%U:%G", "/proc/\(pid)"]) == "phoneprov-web:phoneprov-web\n"
            )
            #expect(try await machine.exposure(of: "phoneprov-web") <= 1.3)
            let files = ["stat", "-c", "%n %U %a", "/var/lib/phoneprov-web/private-key.pem", "/var/lib/phoneprov-web"]
            #expect(
                try await machine.require(files) == """
                    /var/lib/phoneprov-web/private-key.pem phoneprov-web 600
                    /var/lib/phoneprov-web phoneprov-web 700

                    """
            )
            #expect(try await visitor.trustsKeptCertificate())

            // Its user may change nothing; who has signed in may, and the journal says who, and from where.
            let status = try await visitor.signIn()
            #expect(status.status == "200" && status.body.contains("<h1 class=\"unseen\">Status</h1>"), "\(status)")
            #expect(status.body.contains("Waiting for an address on eth0"), "\(status)")
            let saved = try await visitor.send(
                ["NTP_ADDR": "ntp.example.com", "action": "set"],
                from: "/phones/\(Self.mac)/settings/NTP_ADDR"
            )
            #expect(saved.status == "200", "\(saved)")
            #expect(try await machine.require(["phoneprovctl", "get", "NTP_ADDR"]) == "ntp.example.com\n")
            let story = try await machine.journal("-u", "phoneprovd").map(\.message)
            #expect(story.contains("web programming: admin signed in from 127.0.0.1"), "\(story)")
            let change = "NTP_ADDR was set by the user (web programming, admin from 127.0.0.1)"
            #expect(story.contains { $0.hasSuffix(change) }, "\(story)")
            let own = try await machine.journal("-u", Self.unit).filter { $0["_COMM"] == "phoneprov-web" }
            #expect(own.contains { $0.message == "listening at https://127.0.0.1:8443" }, "\(own.map(\.message))")
            #expect(own.allSatisfy { $0["_TRANSPORT"] == "journal" }, "\(own)")

            // Stopped or killed, it is there again for the next visitor, with the same certificate and the same session.
            let kept = try await machine.require(["sha256sum", Self.certificate])
            try await machine.require(["systemctl", "stop", Self.unit])
            let stopped = try await machine.properties("Result", "ExecMainStatus", of: Self.unit)
            #expect(stopped == ["Result": "success", "ExecMainStatus": "0"])
            #expect(try await visitor.open("/").body.contains("Waiting for an address"))
            try await machine.require(["kill", "-KILL", try await machine.property("MainPID", of: Self.unit)])
            try await eventuallyTrue("systemd to start it again", within: .seconds(15)) {
                try await machine.properties("NRestarts", "SubState", of: Self.unit)
                    == ["NRestarts": "1", "SubState": "running"]
            }
            #expect(try await visitor.open("/").body.contains("Waiting for an address"))
            #expect(try await machine.require(["sha256sum", Self.certificate]) == kept)
            #expect(try await visitor.trustsKeptCertificate())

            // Without the daemon the page says so; a session ends with the daemon that it was opened at.
            let web = try await machine.property("MainPID", of: Self.unit)
            try await machine.require(["systemctl", "stop", "phoneprovd"])
            let alone = try await visitor.open("/")
            #expect(alone.status == "503" && alone.body.contains("systemctl start phoneprovd"), "\(alone)")
            try await machine.require(["systemctl", "start", "phoneprovd"])
            #expect(try await visitor.open("/").body.contains("<h1>Sign in</h1>"))
            #expect(try await visitor.signIn().body.contains("<h1 class=\"unseen\">Status</h1>"))
            #expect(try await machine.property("MainPID", of: Self.unit) == web)
        }
    }

    @Test(
        "its package installs switched off, an upgrade keeps what it is set to, and purged it leaves nothing",
        .enabled(if: LabPlaces.webPackage != nil, "make deb makes the package")
    )
    func package() async throws {
        let packages = [try #require(LabPlaces.debianPackage), try #require(LabPlaces.webPackage)]
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let machine = try await Machine.boot(in: lab, .packages(packages))
            let visitor = MachineVisitor(machine: machine)
            let install = ["dpkg", "--install", Machine.package("phoneprovd"), Machine.package("phoneprov-web")]
            try await machine.require(install, within: .seconds(120))
            #expect(try await machine.run(["systemctl", "is-enabled", Self.socket]).output == "disabled\n")
            #expect(try await machine.property("ActiveState", of: Self.socket) == "inactive")
            #expect(try await machine.property("ActiveState", of: Self.unit) == "inactive")
            #expect(try await visitor.isRefused())

            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await machine.require(["systemctl", "--quiet", "enable", "--now", Self.socket])
            #expect(try await visitor.signIn().body.contains("<h1 class=\"unseen\">Status</h1>"))

            // An upgrade starts again what ran, with the certificate that browsers know.
            let kept = try await machine.require(["sha256sum", Self.certificate])
            let before = try await machine.property("MainPID", of: Self.unit)
            try await machine.require(["sh", "-c", "echo '# mine' >>/etc/phoneprovd/phoneprov-web.yaml"])
            try await machine.require(install, within: .seconds(120))
            #expect(try await machine.run(["systemctl", "is-enabled", Self.socket]).output == "enabled\n")
            #expect(try await visitor.signIn().body.contains("<h1 class=\"unseen\">Status</h1>"))
            #expect(try await machine.property("MainPID", of: Self.unit) != before)
            #expect(try await machine.require(["sha256sum", Self.certificate]) == kept)
            #expect(try await machine.require(["tail", "-n", "1", "/etc/phoneprovd/phoneprov-web.yaml"]) == "# mine\n")
            #expect(try await machine.run(["systemctl", "--failed", "--no-legend"]).output == "")

            // Removed, it listens no more, and the daemon goes on; purged, nothing of it is left.
            try await machine.require(["dpkg", "--remove", "phoneprov-web"])
            #expect(try await visitor.isRefused())
            #expect(try await machine.property("SubState") == "running")
            #expect(try await machine.run(["test", "-e", Self.certificate]).status == 0)
            try await machine.require(["dpkg", "--purge", "phoneprov-web"])
            let find = ["find", "/etc", "/lib", "/run", "/usr", "/var/lib", "-name", "phoneprov-web*"]
            let left = try await machine.run(find + ["-not", "-path", "/usr/src/*"]).output.split(separator: "\n")
            #expect(left.isEmpty, "\(left)")
        }
    }
}
