import Foundation
import LabSupport
import Testing

/// Every server of the lab does what the tests of the daemon rely on.
@Suite("The lab's servers", .serialized)
struct ServersTests {
    @Test("nginx serves a file and records who asked for it")
    func nginxServes() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["KX-UTG200B.cfg": "first"])
            let agent = "Panasonic_KX-UTG200B/03.131 (0080f0abcdef)"
            let url = "http://198.51.100.1/KX-UTG200B.cfg"
            #expect(try await curl(lab, ["-A", agent, url]).output == "first")
            let record = try #require(try await nginx.waitForRequests("/KX-UTG200B.cfg").first)
            #expect(record.userAgent == agent)
            #expect(record.status == "200")
            #expect(record.address == "198.51.100.50")

            try nginx.put("KX-UTG200B.cfg", "second")
            #expect(try await curl(lab, [url]).output == "second")
            try nginx.remove("KX-UTG200B.cfg")
            #expect(try await curl(lab, ["-f", url]).status == 22)
        }
    }

    @Test("nginx follows its rules, and other rules once they are set")
    func nginxRules() async throws {
        try await LabNetwork.with { lab in
            let rules = [
                NginxRule("/busy", .status(503), headers: ["Retry-After": "7"]),
                NginxRule("/moved", .redirect(to: "http://198.51.100.1/there?a=$b")),
                NginxRule("/text", .body("costs \"5$\"", contentType: "application/url")),
                NginxRule("/locked", .basicAuthentication(user: "id", password: "pass")),
                NginxRule("/closed", .noAnswer),
                NginxRule("/slow", .slow(bytesPerSecond: 1)),
            ]
            let nginx = try await Nginx.start(in: lab, files: ["locked": "open", "slow": "four"], rules: rules)
            let base = "http://198.51.100.1"
            let busy = try await curl(lab, ["-i", "\(base)/busy"]).output
            #expect(busy.hasPrefix("HTTP/1.1 503"))
            #expect(busy.contains("Retry-After: 7\r\n"))
            #expect(try await curl(lab, ["-i", "\(base)/moved"]).output.contains("Location: \(base)/there?a=$b\r\n"))
            let text = try await curl(lab, ["-i", "\(base)/text"]).output
            #expect(text.contains("Content-Type: application/url\r\n") && text.hasSuffix("costs \"5$\""))
            #expect(try await curl(lab, ["-f", "\(base)/locked"]).status == 22)
            #expect(try await curl(lab, ["-u", "id:pass", "\(base)/locked"]).output == "open")
            #expect(try await curl(lab, ["\(base)/closed"]).status == 52, "curl: the server sent nothing")
            #expect(try await curl(lab, ["-m", "1", "\(base)/slow"]).status == 28, "curl: time-out")

            try await nginx.setRules([NginxRule("/busy", .body("free"))])
            #expect(try await curl(lab, ["\(base)/busy"]).output == "free")
        }
    }

    @Test("HTTPS: the good certificate is trusted with the lab's root, every other one is refused")
    func certificates() async throws {
        try await LabNetwork.with { lab in
            let certificates = try await LabCertificates.make(in: lab)
            let listeners: [Nginx.Listener] = [
                .https(443, .good), .https(8443, .expired), .https(9443, .wrongHost), .https(10443, .selfSigned),
            ]
            let nginx = try await Nginx.start(
                in: lab,
                files: ["f": "secret"],
                listeners: listeners,
                certificates: certificates
            )
            let root = ["--cacert", certificates.root.path()]
            #expect(try await curl(lab, root + ["https://198.51.100.1/f"]).output == "secret")
            #expect(try await nginx.waitForRequests("/f").first?.scheme == "https")
            for port in [8443, 9443, 10443] {
                #expect(try await curl(lab, root + ["https://198.51.100.1:\(port)/f"]).status == 60, "port \(port)")
            }
            let other = ["--cacert", certificates.otherRoot.path()]
            #expect(try await curl(lab, other + ["https://198.51.100.1/f"]).status == 60)
        }
    }

    @Test("dnsmasq gives dhclient options 160, 159 and 66, other values later, and its hook says so")
    func dhcp() async throws {
        try await LabNetwork.with(LabNetwork.Options(phoneAddress: nil)) { lab in
            let url = "http://198.51.100.1/{MODEL}.cfg?a=1&b=2,3"
            let dnsmasq = try await DNSMasq.start(
                in: lab,
                DNSMasq.Configuration(
                    options: [
                        .text(160, url), .bytes(159, Array("198.51.100.1".utf8)), .text(66, "tftp://198.51.100.1/"),
                    ],
                    renewal: .seconds(3)
                )
            )
            let client = try DHClient.start(in: lab)
            let bound = try await client.waitForEvent("BOUND")
            // dhclient puts a backslash before what a shell would interpret.
            #expect(bound["new_phone_prov_160"] == url.replacing("&", with: "\\&"))
            #expect(bound["new_phone_prov_159"] == "198.51.100.1")
            #expect(bound["new_tftp_server_name"] == "tftp://198.51.100.1/")
            #expect(bound["interface"] == LabNetwork.interface)
            #expect(try await lab.run(LabCommand(["ip", "-4", "addr"], in: lab.phone)).output.contains("198.51.100."))

            try await dnsmasq.setOptions([.text(160, "http://198.51.100.1/other")])
            let renewed = try await eventually("a renewal with the other value", within: .seconds(10)) {
                try client.events.last {
                    $0["reason"] == "RENEW" && $0["new_phone_prov_160"]?.hasSuffix("other") == true
                }
            }
            #expect(renewed["old_phone_prov_159"] == "198.51.100.1")
            #expect(renewed["new_phone_prov_159"] == nil)

            try await client.release()
            let released = try await client.waitForEvent("RELEASE")
            // Not the option's last value: dhclient writes its lease down every 15 seconds at most, and -r reads that.
            #expect(released["old_ip_address"] == bound["new_ip_address"])
            #expect(try await client.process.waitForExit() == .signal(SIGTERM))
        }
    }

    @Test("dnsmasq gives dhclient the URL in DHCPv6 option 17, and its hook says so")
    func dhcp6() async throws {
        try await LabNetwork.with(LabNetwork.Options(phoneAddress: nil, ipv6: true)) { lab in
            let url = "http://[2001:db8::1]/{MODEL}.cfg"
            // 32473 is the enterprise number for documentation (RFC 5612).
            let text = DNSMasq.VendorText(enterprise: 32473, url)
            _ = try await DNSMasq.start(in: lab, DNSMasq.Configuration(vendorText6: text))
            let client = try DHClient.start(in: lab, family: .ipv6)
            let bound = try await client.waitForEvent("BOUND6")
            #expect(bound["new_ip6_address"]?.hasPrefix("2001:db8::1") == true)
            let option: [UInt8] = [0, 0, 0x7e, 0xd9, 0, 1, 0, UInt8(url.utf8.count)] + Array(url.utf8)
            let hex = option.map { String($0, radix: 16) }.joined(separator: ":")
            #expect(bound["new_dhcp6_vendor_opts"] == hex)
            try await client.release()
            #expect(try await client.waitForEvent("RELEASE6")["old_dhcp6_vendor_opts"] == hex)
        }
    }

    @Test("dnsmasq answers for the names that it was given")
    func names() async throws {
        try await LabNetwork.with { lab in
            _ = try await DNSMasq.start(in: lab, DNSMasq.Configuration(names: ["prov.example.com": "198.51.100.1"]))
            _ = try await Nginx.start(in: lab, files: ["f": "by name"])
            let resolver = lab.directory.appending(path: "resolv.conf")
            try Data("nameserver 198.51.100.1\n".utf8).write(to: resolver)
            let bind = LabCommand.Bind(resolver.path(), at: "/etc/resolv.conf")
            let words = ["curl", "-sS", "-m", "5", "http://prov.example.com/f"]
            let inside = try await lab.run(LabCommand(words, in: lab.phone, insideRoot: true, binds: [bind]))
            #expect(inside.output == "by name")
            let getent = LabCommand(["getent", "ahostsv4", "prov.example.com"], in: lab.phone, binds: [bind])
            #expect(try await lab.run(getent).output.hasPrefix("198.51.100.1 "))
        }
    }

    @Test("TFTP and FTP serve a file and log who fetched it")
    func fileServers() async throws {
        try await LabNetwork.with { lab in
            async let startingTFTP = TFTPD.start(in: lab, files: ["KX-UTG200B.cfg": "by tftp"])
            async let startingFTP = VSFTPD.start(in: lab, files: ["a/KX-UTG200B.cfg": "by ftp"])
            let (tftp, ftp) = try await (startingTFTP, startingFTP)
            #expect(try await curl(lab, ["tftp://198.51.100.1/KX-UTG200B.cfg"]).output == "by tftp")
            #expect(try await curl(lab, ["tftp://198.51.100.1/none"]).status == 68, "curl: file not found")
            #expect(try await curl(lab, ["ftp://198.51.100.1/a/KX-UTG200B.cfg"]).output == "by ftp")
            try await eventuallyTrue("the TFTP request in the log", seen: { tftp.logLines.joined() }) {
                tftp.logLines.contains { $0.contains("RRQ from 198.51.100.50 filename KX-UTG200B.cfg") }
            }
            #expect(
                ftp.logLines.contains { $0.contains("RETR KX-UTG200B.cfg") || $0.contains("RETR a/KX-UTG200B.cfg") }
            )
        }
    }

    @Test("FTP lets in the user whose password is right, and nobody else")
    func ftpUser() async throws {
        try await LabNetwork.with { lab in
            let user = VSFTPD.User("id", password: "pass1")
            _ = try await VSFTPD.start(in: lab, files: ["f": "for id"], user: user)
            #expect(try await curl(lab, ["ftp://id:pass1@198.51.100.1/f"]).output == "for id")
            for wrong in ["ftp://id:wrong@198.51.100.1/f", "ftp://198.51.100.1/f"] {
                #expect(try await curl(lab, [wrong]).status == 67, "curl: login denied")
            }
        }
    }

    @Test("SIPp plays a scenario against the phone's host")
    func sipp() async throws {
        try await LabNetwork.with { lab in
            let socket = try LabUDPSocket(in: lab.phone, port: 5060)
            let sipp = try SIPp.start(
                in: lab,
                on: lab.server,
                scenario: checkSyncScenario,
                arguments: ["198.51.100.50:5060", "-i", "198.51.100.1", "-p", "5060", "-m", "1", "-s", "phone"]
            )
            let notify = try await socket.receive()
            #expect(notify.text.hasPrefix("NOTIFY sip:phone@198.51.100.50:5060 SIP/2.0\r\n"))
            try socket.send(SIPText.ok(to: notify.text), to: notify.address, port: notify.port)
            #expect(try await sipp.waitForExit() == .status(0))
        }
    }

    private func curl(_ lab: LabNetwork, _ arguments: [String]) async throws -> LabProcess.Finished {
        let words = ["curl", "-sS", "-m", "10"] + arguments
        return try await lab.run(LabCommand(words, in: lab.phone, insideRoot: true), within: .seconds(15))
    }
}

private let checkSyncScenario = """
    <?xml version="1.0" encoding="UTF-8"?>
    <scenario name="check-sync">
      <send>
        <![CDATA[
          NOTIFY sip:[service]@[remote_ip]:[remote_port] SIP/2.0
          Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
          From: <sip:server@[local_ip]>
          To: <sip:[service]@[remote_ip]>
          Call-ID: [call_id]
          CSeq: 1 NOTIFY
          Event: check-sync
          Content-Length: 0

        ]]>
      </send>
      <recv response="200"/>
    </scenario>

    """
