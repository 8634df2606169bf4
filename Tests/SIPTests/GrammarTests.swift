import Testing

@testable import SIP

@Suite struct GrammarTests {
    private func request(_ headers: String) throws -> SIPMessage {
        try parsed(wireWithoutBody("NOTIFY sip:a@b SIP/2.0\n" + headers))
    }

    @Test func everyKnownHeaderIsFoundByLongAndCompactNameInAnyCase() throws {
        let compact: [SIPHeader.Name: String] = [
            .via: "v", .from: "f", .to: "t", .callID: "i", .event: "o", .contact: "m", .contentType: "c",
            .contentLength: "l",
        ]
        for name in SIPHeader.Name.allCases where name != .other {
            let long = try #require(name.longForm)
            for text in [long, long.uppercased(), long.lowercased(), compact[name], compact[name]?.uppercased()] {
                guard let text else { continue }
                let message = try request("\(text) \t: 7")
                #expect(message.first(name) != nil, "\(text)")
                #expect(message.value(name) == "7")
            }
        }
    }

    @Test func unknownHeadersAreKeptInTheirOrder() throws {
        let message = try request("X-A: 1\nVia: SIP/2.0/UDP h\nx-b:2\nX-A: 3\nEmpty:")
        #expect(message.headers.map { message.text($0.nameSlice) } == ["X-A", "Via", "x-b", "X-A", "Empty"])
        #expect(message.headers.map { message.text($0.valueSlice) } == ["1", "SIP/2.0/UDP h", "2", "3", ""])
        #expect(message.value(named: "X-B") == "2" && message.value(named: "empty") == "")
    }

    @Test(arguments: [
        "SIP/2.0 200 OK", "sip/2.0 200 OK", "SIP/2.0 200", "SIP/2.0 200 ", "SIP/2.0  200  a b", "NOTIFY a SIP/2.0",
        "\r\n\r\nNOTIFY a sip/2.0", "NOTIFY  a  SIP/2.0 ", "M a b SIP/9.9",
    ])
    func startLinesThatAreTaken(line: String) throws {
        _ = try parsed(Array((line + "\r\n\r\n").utf8))
        _ = try parsed(Array(line.utf8))
    }

    @Test(arguments: [
        ("", SIPParseError.empty), ("\r\n\r\n", .empty), ("\n", .empty), (" ", .notSIP), ("\0\0\0\0", .notSIP),
        ("GET / HTTP/1.1\r\n\r\n", .notSIP), ("HTTP/1.1 200 OK\r\n\r\n", .notSIP), ("NOTIFY SIP/2.0", .notSIP),
        ("NOTIFY  SIP/2.0", .notSIP), ("NOTIFY a SIP/2.0x", .notSIP), ("N@TIFY a SIP/2.0", .notSIP),
        ("NOTIFY \0 SIP/2.0", .notSIP),
        ("NOTIFY a SIP/20", .notSIP), ("SIP/2.0", .notSIP), ("SIP/2.0 ", .notSIP), ("SIP/2.0 20", .badStatusCode),
        ("SIP/2.0 2000 x", .badStatusCode), ("SIP/2.0 099 x", .badStatusCode), ("SIP/2.0 700 x", .badStatusCode),
        ("SIP/2.0 2x0 OK", .badStatusCode), ("SIP/2.0 200OK", .badStatusCode), ("SIP/3.0 200 OK", .unsupportedVersion),
    ])
    func startLinesThatAreNotTaken(text: String, error: SIPParseError) {
        #expect(throws: error) { try parsed(Array(text.utf8)) }
    }

    @Test func foldedLinesBecomeOne() throws {
        let message = try request("Subject: one\n two\n\t three \n \nVia: SIP/2.0/UDP h;\n branch=x")
        #expect(message.value(named: "subject") == "one two three")
        let via = try message.topVia()
        #expect(message.value(of: "branch", in: via.parameters) == "x")
    }

    @Test func linesThatAreNoHeaderArePassedOverAndCounted() throws {
        let message = try request("no colon\nVia: SIP/2.0/UDP h\n: no name\nb@d: x\nTo: <sip:a@b>")
        #expect(message.malformedLines == 3)
        #expect(message.headers.map(\.name) == [.via, .to])
    }

    @Test func theBodyBeginsAfterTheFirstEmptyLineAndMayHoldAnything() throws {
        let message = try parsed(Array("NOTIFY a SIP/2.0\r\nl: 7\r\n\r\n x\r\n\r\n\0z".utf8))
        #expect(Array(message.body) == Array(" x\r\n\r\n\0".utf8))
        #expect(message.payload.count == 8)
        #expect(message.headers.count == 1)
    }

    @Test func viaFormsOfRFC3261And3581() throws {
        let message = try request(
            """
            Via: SIP/2.0/UDP [2001:db8::1]:5070;rport;branch=z9hG4bK1;received=[2001:db8::2]
            Via: SIP / 2.0 / TLS host : 5061 ; ttl=1 ; maddr = 224.0.1.75, SIP/2.0/UDP 192.0.2.1;x="a,b;c"
            """
        )
        let vias = try message.vias()
        #expect(vias.map { message.text($0.host) } == ["[2001:db8::1]", "host", "192.0.2.1"])
        #expect(vias.map(\.port) == [5_070, 5_061, nil])
        #expect(message.value(of: "rport", in: vias[0].parameters) == "")
        #expect(message.value(of: "received", in: vias[0].parameters) == "[2001:db8::2]")
        #expect(message.value(of: "maddr", in: vias[1].parameters) == "224.0.1.75")
        #expect(message.value(of: "x", in: vias[2].parameters) == "a,b;c")
    }

    @Test(arguments: [
        "SIP/2.0/UDP", "SIP/2.0 UDP h", "SIP/2.0/UDP h:", "SIP/2.0/UDP h:65536", "SIP/2.0/UDP h:1x", "SIP/2.0/UDP [::1",
        "SIP/2.0/UDP h;;", "SIP/2.0/UDP h;=x", "SIP/2.0/UDP h;a=", "SIP/2.0/UDP h,", "SIP/2.0/UDP h x",
        "SIP/2.0/UDP h;a=\"x", "", "SIP/2.0/UDPh", "SIP/2.0/UDP h;a=\"x\\",
    ])
    func viasThatAreMalformed(value: String) throws {
        let message = try request("Via: " + value)
        #expect(throws: SIPValueError.malformed(field: "Via")) { try message.vias() }
    }

    @Test(
        arguments: [
            ("<sip:a@b>;tag=1", "sip:a@b", nil, "1"), ("sip:a@b;tag=2", "sip:a@b", nil, "2"),
            ("\"A, \\\"B\\\"\"<sip:a@b;x=y?z>;tag=3", "sip:a@b;x=y?z", "A, \\\"B\\\"", "3"),
            ("A B <sips:[2001:db8::1]>", "sips:[2001:db8::1]", "A B", nil), ("<tel:+1>", "tel:+1", nil, nil),
            ("<sip:a@b> ; x ; TAG = 4", "sip:a@b", nil, "4"), ("sip:a@b;x=\"y;tag=no\";tag=5", "sip:a@b", nil, "5"),
        ] as [(String, String, String?, String?)]
    )
    func addressForms(value: String, uri: String, name: String?, tag: String?) throws {
        let message = try request("To: " + value)
        let address = try message.nameAddress(.to)
        #expect(message.text(address.uri) == uri)
        #expect(address.displayName.map(message.text) == name)
        #expect(message.tag(.to) == tag)
    }

    @Test(arguments: [
        "", "<>", "<sip:a@b", "sip:a@b>", "\"A <sip:a@b>", "A, B <sip:a@b>", "< sip:a@b>", "<sip:a@b> x", "a@b",
        "<sip:a@b>;;tag=1", "sip:a@b?x", "sip:a@b,sip:c@d",
    ])
    func addressesThatAreMalformed(value: String) throws {
        let message = try request("To: " + value)
        #expect(throws: SIPValueError.malformed(field: "To")) { try message.nameAddress(.to) }
    }

    @Test func uriParts() throws {
        let uri = try SIPURI("SIPS:al%69ce:s%20ecret@[2001:DB8::1]:5061;lr;x=y?Subject=a&b=c")
        #expect(uri.scheme == "sips" && uri.user == "al%69ce" && uri.unescapedUser == "alice")
        #expect(uri.password == "s%20ecret" && uri.host == "[2001:db8::1]" && uri.port == 5_061)
        #expect(uri.parameters == "lr;x=y" && uri.headers == "Subject=a&b=c")
        #expect(try SIPURI("tel:+1-201").scheme == "tel")
        #expect(try SIPURI("10.0.0.1:5060", schemeRequired: false).host == "10.0.0.1")
        #expect(try SIPURI("phone:5060", schemeRequired: false) == (try SIPURI("phone:5060", schemeRequired: false)))
        #expect(try SIPURI("phone:5060", schemeRequired: false).port == 5_060)
        #expect(try SIPURI("u@phone:5060", schemeRequired: false).user == "u")
        #expect(
            SIPURI.unescape("100%") == "100%" && SIPURI.unescape("%zz%4") == "%zz%4" && SIPURI.unescape("%41") == "A"
        )
        for bad in ["", "sip:", "sip:@h", "sip:a b@h", "sip:h:x", "sip:h:70000", "sip:[::1", "h", "sip:h>", "sip:h/x"] {
            #expect(throws: SIPValueError.malformed(field: "URI"), "\(bad)") { try SIPURI(bad) }
        }
    }

    @Test func limitsAreExactAndRefuseTheMessageWhole() throws {
        let line = String(repeating: "x", count: SIPLimits.maximumLineLength - 3)
        _ = try request("A: " + line)
        #expect(throws: SIPParseError.lineTooLong(line: 2)) { try request("A: x" + line) }
        let folds = String(repeating: " x\n", count: SIPLimits.maximumLineLength / 4)
        #expect(throws: SIPParseError.self) { try request("A: x\n" + folds + folds) }

        let headers = String(repeating: "A: 1\n", count: SIPLimits.maximumHeaders)
        #expect(try parsed(wire("M a SIP/2.0\n" + headers)).headers.count == SIPLimits.maximumHeaders)
        #expect(throws: SIPParseError.tooManyHeaders) { try parsed(wire("M a SIP/2.0\n" + headers + "B: 2\n")) }
        let garbage = String(repeating: "x\n", count: SIPLimits.maximumHeaders + 1)
        #expect(throws: SIPParseError.tooManyHeaders) { try parsed(wire("M a SIP/2.0\n" + garbage)) }

        let start = Array("M a SIP/2.0\r\n\r\n".utf8)
        let largest = start + [UInt8](repeating: 0, count: SIPLimits.maximumDatagramLength - start.count)
        #expect(try parsed(largest).payload.range.upperBound == 65_535)
        #expect(throws: SIPParseError.datagramTooLong(length: 65_536)) { try parsed(largest + [0]) }

        let parameters = String(repeating: ";a", count: SIPLimits.maximumParameters)
        #expect(try request("Via: SIP/2.0/UDP h" + parameters).topVia().parameters.count == SIPLimits.maximumParameters)
        #expect(throws: SIPValueError.tooManyParameters(field: "Via")) {
            try request("Via: SIP/2.0/UDP h;b" + parameters).topVia()
        }
        let value = "SIP/2.0/UDP h"
        let values = Array(repeating: value, count: SIPLimits.maximumValues).joined(separator: ",")
        #expect(try request("Via: " + values).vias().count == SIPLimits.maximumValues)
        #expect(throws: SIPValueError.tooManyValues(field: "Via")) { try request("Via: \(values)\nv: \(value)").vias() }
    }

    @Test func aWriterLetsNothingBeSmuggledIn() throws {
        var writer = SIPMessageWriter(method: "OPTIONS", requestURI: "sip:a\r\nX: y")
        writer.add("User-Agent", "a\r\nContent-Length: 99\0")
        let message = try parsed(writer.finish(body: Array("body".utf8)))
        #expect(message.headers.map(\.name) == [.userAgent, .contentLength])
        #expect(message.value(.userAgent) == "aContent-Length: 99")
        #expect(Array(message.body) == Array("body".utf8))
    }

    @Test func sequenceNumbersAreLimited() throws {
        #expect(try request("CSeq: 2147483647 A").sequence().number == 2_147_483_647)
        for bad in ["2147483648 A", "99999999999999999999999999 A", "1", "A", "1A", "1 A B", "-1 A", ""] {
            #expect(throws: SIPValueError.malformed(field: "CSeq"), "\(bad)") { try request("CSeq: " + bad).sequence() }
        }
    }
}
