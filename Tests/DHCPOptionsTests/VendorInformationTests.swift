import Testing

@testable import DHCPOptions

@Suite("DHCPv6 vendor-specific information, RFC 8415 section 21.17")
struct VendorInformationTests {
    /// The other side: what a server writes.
    private static func write(_ enterprise: UInt32, _ options: [(UInt16, String)]) -> [UInt8] {
        func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
        }
        return big(enterprise)
            + options.flatMap { code, text in big(code) + big(UInt16(text.utf8.count)) + Array(text.utf8) }
    }

    @Test("Sub-option 1 is found among others")
    func found() throws {
        let bytes = Self.write(4_294_967_295, [(2, "x"), (1, "http://[2001:db8::1]/"), (65535, "")])
        let information = try VendorInformation(bytes: bytes)
        #expect(information.enterpriseNumber == 4_294_967_295)
        #expect(information.provisioningURL == Array("http://[2001:db8::1]/".utf8))
    }

    @Test("Each cut within a sub-option is refused; one between two is whole")
    func cut() {
        let bytes = Self.write(258, [(2, "abc"), (1, "u")])
        let boundaries = [4, 11, 16]
        for length in 0...bytes.count {
            let information = try? VendorInformation(bytes: Array(bytes.prefix(length)))
            #expect((information != nil) == boundaries.contains(length), "length \(length)")
        }
    }

    @Test("A second sub-option 1 and too many sub-options are refused")
    func repeated() {
        #expect(throws: VendorInformation.Failure.repeatedURL) {
            try VendorInformation(bytes: Self.write(1, [(1, "a"), (1, "a")]))
        }
        let many = (0...VendorInformation.maximumSubOptions).map { (UInt16($0 + 2), "") }
        #expect(throws: VendorInformation.Failure.tooManySubOptions) {
            try VendorInformation(bytes: Self.write(1, many))
        }
    }

    @Test(
        "An event whose option 17 has no URL, or is malformed, says so",
        arguments: [
            ("0:0:1:2", OptionRefusal.Reason.vendorInformation(.noURL(enterpriseNumber: 258))),
            ("0:0:1:2:0:1:0:9:68", .vendorInformation(.endsEarly(offset: 4))),
            ("abc", .vendorInformation(.endsEarly(offset: 0))),
            (#"a\n"#, .encoding(.badEscape(offset: 1))),
            ("0:0:1:2:0:1:0:0", .empty),
        ]
    )
    func refused(variable: String, reason: OptionRefusal.Reason) throws {
        let event = try DHCPEvent(environment: [
            "reason": "BOUND6", "interface": "eth0", "new_dhcp6_vendor_opts": variable,
        ])
        guard case .refused(let refusal, variable) = LeaseValues().merging(event).dhcpv6 else {
            Issue.record("accepted: \(event.change)")
            return
        }
        #expect(refusal.reason == reason)
    }
}
