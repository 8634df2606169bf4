import Testing

@testable import DHCPOptions

@Suite("A DHCP client's hook as an event")
struct DHCPEventTests {
    @Test("BOUND gives the lease's values, cleaned")
    func bound() throws {
        let event = try DHCPEvent(environment: Recorded.bound)
        #expect(event.interface == "vphone")
        #expect(event.reason == .bound(.ipv4))
        #expect(event.notes.isEmpty)
        guard case .bound(.ipv4(let lease)) = event.change else {
            Issue.record("not a lease: \(event.change)")
            return
        }
        #expect(lease.option160.text == "http://198.51.100.1/p/{MODEL}.cfg?a=1&b=2")
        #expect(
            lease.option159
                == .value(
                    #"http://q.example.net/a'b$c`d|e\f"#,
                    notes: [.quotes, .backslash],
                    raw: #"\"http://q.example.net/a\'b\$c\`d\|e\\f\""#
                )
        )
        #expect(lease.option66.text == "198.51.100.1")
        #expect(lease.bootfileName == .absent)
        #expect(lease.domainName.text == "example.net")
        #expect(lease.address == "198.51.100.63")
        #expect(lease.serverIdentifier == "198.51.100.1")
        #expect(lease.leaseTime == 120)
        #expect(lease.expiry == 1_795_256_680)
    }

    @Test("On RENEW an option that the server sends no more is gone, though the old value is handed over")
    func vanished() throws {
        let before = LeaseValues().merging(try DHCPEvent(environment: Recorded.bound))
        #expect(before.option159.text != nil)
        let after = before.merging(try DHCPEvent(environment: Recorded.renewed))
        #expect(after.option160.text == "https://new.example.net/")
        #expect(after.option159 == .absent)
        #expect(after.option66.text == "198.51.100.7")
    }

    @Test("A newline within an option is refused, and the other options stay of use")
    func newline() throws {
        let values = LeaseValues().merging(try DHCPEvent(environment: Recorded.renewedWithNewline))
        guard case .refused(let refusal, let raw) = values.option160 else {
            Issue.record("accepted: \(values.option160)")
            return
        }
        #expect(refusal.reason == .controlCharacter(10))
        #expect(refusal.hexadecimal == "68 74 74 70 3a 2f 2f 78 2f 0a 45 56 49 4c 3d 31")
        #expect(raw == #"http://x/\012EVIL=1"#)
        #expect(values.option159.text == "http://y/")
    }

    @Test("RELEASE takes the values away, whatever old ones are handed over")
    func released() throws {
        let before = LeaseValues().merging(try DHCPEvent(environment: Recorded.bound))
        let after = before.merging(try DHCPEvent(environment: Recorded.released))
        #expect(after == LeaseValues())
    }

    @Test("Four raw bytes, declared as text, are an address")
    func binary() throws {
        let values = LeaseValues().merging(try DHCPEvent(environment: Recorded.binary))
        #expect(values.option160.text == "198.51.100.7")
        guard case .refused(let refusal, _) = values.option159 else {
            Issue.record("accepted: \(values.option159)")
            return
        }
        #expect(refusal.reason == .controlCharacter(0))
    }

    @Test("BOUND6 gives the URL of option 17, sub-option 1")
    func bound6() throws {
        let event = try DHCPEvent(environment: Recorded.bound6)
        guard case .bound(.ipv6(let lease)) = event.change else {
            Issue.record("not a lease: \(event.change)")
            return
        }
        #expect(lease.vendorURL.text == "http://[2001:db8::1]/{MODEL}.cfg")
        #expect(lease.enterpriseNumber == 258)
        #expect(lease.address == "2001:db8::61")
        #expect(lease.expiry == 1_795_257_647 + 120)
    }

    @Test("The two families come and go apart")
    func families() throws {
        var values = LeaseValues().merging(try DHCPEvent(environment: Recorded.bound))
        values = values.merging(try DHCPEvent(environment: Recorded.bound6))
        #expect(values.option160.text != nil && values.dhcpv6.text != nil)
        values = values.merging(try DHCPEvent(environment: ["reason": "STOP", "interface": "vphone"]))
        #expect(values.ipv4 == nil && values.dhcpv6.text != nil)
        values = values.merging(try DHCPEvent(environment: ["reason": "RELEASE6", "interface": "vphone"]))
        #expect(values == LeaseValues())
    }

    @Test(
        "Each reason means what dhclient-script(8) says",
        arguments: [
            ("BOUND", DHCPReason.Meaning.leaseHolds(.ipv4)), ("REBOOT", .leaseHolds(.ipv4)),
            ("RENEW", .leaseHolds(.ipv4)),
            ("REBIND", .leaseHolds(.ipv4)), ("TIMEOUT", .leaseHolds(.ipv4)), ("EXPIRE", .leaseEnds(.ipv4)),
            ("FAIL", .leaseEnds(.ipv4)), ("RELEASE", .leaseEnds(.ipv4)), ("STOP", .leaseEnds(.ipv4)),
            ("PREINIT", .nothing), ("MEDIUM", .nothing), ("NBI", .nothing), ("V6ONLY", .nothing),
            ("BOUND6", .leaseHolds(.ipv6)), ("RENEW6", .leaseHolds(.ipv6)), ("REBIND6", .leaseHolds(.ipv6)),
            ("EXPIRE6", .leaseEnds(.ipv6)), ("RELEASE6", .leaseEnds(.ipv6)), ("STOP6", .leaseEnds(.ipv6)),
            ("FAIL6", .leaseEnds(.ipv6)), ("PREINIT6", .nothing), ("DEPREF6", .nothing), ("NOCARRIER", .nothing),
            ("bound", .nothing),
        ]
    )
    func reasons(word: String, meaning: DHCPReason.Meaning) throws {
        let reason = try #require(DHCPReason(word: word))
        #expect(reason.meaning == meaning)
        #expect(reason.description == word)
    }

    @Test("A reason that nobody knows is named, and changes nothing")
    func unknownReason() throws {
        let event = try DHCPEvent(environment: ["reason": "ROUTERADVERT", "interface": "eth0"])
        #expect(event.reason == .other("ROUTERADVERT"))
        #expect(event.change == .ignored)
        let values = LeaseValues().merging(try DHCPEvent(environment: Recorded.bound))
        #expect(values.merging(event) == values)
    }

    @Test("TIMEOUT brings an old lease, with a note")
    func oldLease() throws {
        var environment = Recorded.bound
        environment["reason"] = "TIMEOUT"
        #expect(try DHCPEvent(environment: environment).notes == [.oldLease])
    }

    @Test("Options under dhclient's compiled-in names are not used, but told")
    func undeclared() throws {
        let event = try DHCPEvent(environment: [
            "reason": "BOUND", "interface": "eth0", "new_v4_captive_portal": "https://h/",
            "new_v4_portparams": "104 116 29808",
        ])
        #expect(event.notes == [.undeclaredOption(160), .undeclaredOption(159)])
        #expect(LeaseValues().merging(event).option160 == .absent)
    }

    @Test("Only known variables are kept")
    func known() throws {
        var environment = Recorded.bound
        environment["LS_COLORS"] = String(repeating: "x", count: 100_000)
        environment["HOME"] = "/root"
        let event = try DHCPEvent(environment: environment)
        #expect(event.variables["HOME"] == nil && event.variables["LS_COLORS"] == nil)
        #expect(event.variables["new_phone_prov_160"] == environment["new_phone_prov_160"])
        #expect(try DHCPEvent(environment: event.variables) == event)
    }

    @Test(
        "An environment that is no event is refused, with the variable's name",
        arguments: [
            ([:], DHCPEventError.missingVariable("reason")),
            (["reason": "BOUND"], .missingVariable("interface")),
            (["reason": "", "interface": "eth0"], .malformed(name: "reason", value: "")),
            (["reason": "B\nD", "interface": "eth0"], .malformed(name: "reason", value: "B\nD")),
            (["reason": "BOUND", "interface": "a/b"], .malformed(name: "interface", value: "a/b")),
            (
                ["reason": "BOUND", "interface": "eth0", "new_ip_address": "1.2.3.256"],
                .malformed(name: "new_ip_address", value: "1.2.3.256")
            ),
            (
                ["reason": "BOUND", "interface": "eth0", "new_expiry": "-1"],
                .malformed(name: "new_expiry", value: "-1")
            ),
            (
                ["reason": "BOUND", "interface": "eth0", "new_dhcp_lease_time": "4294967296"],
                .malformed(name: "new_dhcp_lease_time", value: "4294967296")
            ),
            (
                ["reason": "BOUND6", "interface": "eth0", "new_ip6_address": "fe80::1%eth0"],
                .malformed(name: "new_ip6_address", value: "fe80::1%eth0")
            ),
        ] as [([String: String], DHCPEventError)]
    )
    func refused(environment: [String: String], error: DHCPEventError) {
        #expect(throws: error) { try DHCPEvent(environment: environment) }
        #expect(!error.description.utf8.contains { $0 < 0x20 })
    }

    @Test("Each limit is kept")
    func limits() throws {
        let base = ["reason": "BOUND", "interface": "eth0"]
        let many = Dictionary(uniqueKeysWithValues: (1...DHCPEvent.maximumVariables).map { ("V\($0)", "") })
        #expect(throws: DHCPEventError.tooManyVariables(DHCPEvent.maximumVariables + 2)) {
            try DHCPEvent(environment: base.merging(many) { $1 })
        }
        let long = String(repeating: "a", count: DHCPEvent.maximumVariableLength)
        #expect(try DHCPEvent(environment: base.merging(["new_bootfile_name": long]) { $1 }).interface == "eth0")
        #expect(
            throws: DHCPEventError.variableTooLong(
                name: "new_bootfile_name",
                length: DHCPEvent.maximumVariableLength + 1
            )
        ) {
            try DHCPEvent(environment: base.merging(["new_bootfile_name": long + "a"]) { $1 })
        }
        let three = ["old_bootfile_name": long, "old_phone_prov_160": long, "old_phone_prov_159": long]
        #expect(throws: DHCPEventError.self) { try DHCPEvent(environment: base.merging(three) { $1 }) }
    }

    @Test(
        "Names that Linux could not give an interface are refused",
        arguments: [
            ("eth0", true), ("wlp3s0.100", true), ("abcdefghijklmno", true), ("abcdefghijklmnop", false), ("", false),
            (".", false), ("..", false), ("a b", false), ("a:1", false), ("a\u{1B}", false), ("é", false),
        ]
    )
    func interfaceNames(name: String, isValid: Bool) {
        #expect(InterfaceName.isValid(name) == isValid)
    }

    @Test("Values that were kept over a restart go when their time has passed")
    func expiry() throws {
        let values = LeaseValues().merging(try DHCPEvent(environment: Recorded.bound))
            .merging(try DHCPEvent(environment: Recorded.bound6))
        #expect(values.valid(at: 1_795_256_679) == values)
        #expect(values.valid(at: 1_795_256_680).ipv4 == nil)
        #expect(values.valid(at: 1_795_257_766).ipv6 != nil)
        #expect(values.valid(at: 1_795_257_767) == LeaseValues())
    }
}
