import Testing

@testable import Downloads

@Suite("Response headers")
struct ResponseHeadersTests {
    private func headers(_ lines: [String]) -> ResponseHeaders {
        var headers = ResponseHeaders()
        for line in lines {
            let bytes = Array("\(line)\r\n".utf8)
            #expect(bytes.withUnsafeBufferPointer { headers.append($0) })
        }
        return headers
    }

    @Test("are those of the last response")
    func last() {
        let headers = headers([
            "HTTP/1.1 401 Unauthorized", "ETag: \"old\"", "", "HTTP/1.1 200 OK", "etag:\t \"new\" ", "Location: /x", "",
        ])
        #expect(headers.status == 200)
        #expect(headers.etag == "\"new\"")
        #expect(headers.location == "/x")
        #expect(headers.isComplete)
        #expect(headers.announcesContent)
    }

    @Test("are not taken from a trailer, a folded line or a line without a name")
    func ignored() {
        let headers = headers(["HTTP/1.1 200 OK", " ETag: a", "ETag", "X-ETag: b", "", "ETag: c"])
        #expect(headers.etag == nil)
    }

    @Test("that are too long count as absent")
    func long() {
        let value = String(repeating: "a", count: 1025)
        #expect(headers(["HTTP/1.1 200 OK", "ETag: \(value)", ""]).etag == nil)
        #expect(headers(["HTTP/1.1 200 OK", "ETag: \(value.dropLast())", ""]).etag?.utf8.count == 1024)
    }

    @Test("have 64 KiB together, whatever responses they belong to")
    func limit() {
        var headers = ResponseHeaders()
        let line = Array("HTTP/1.1 100 Continue\r\n".utf8)
        var accepted = 0
        while line.withUnsafeBufferPointer({ headers.append($0) }) { accepted += 1 }
        #expect(accepted == 65_536 / line.count)
    }

    @Test("survive any bytes")
    func garbage() {
        var headers = ResponseHeaders()
        for line: [UInt8] in [[], [0], [0xFF, 0x3A], Array("HTTP/".utf8), Array("HTTP/1.1\r\n".utf8), [0x3A], [0x20]] {
            #expect(line.withUnsafeBufferPointer { headers.append($0) })
        }
        #expect(headers.status == nil)
    }
}

@Suite("Retry-After")
struct RetryAfterTests {
    // 3 January 2026, 10:00:00 UTC.
    private static let now = 1_767_434_400

    @Test(
        "is a time from now, between zero and a day",
        arguments: [
            ("0", Duration.zero), ("120", .seconds(120)), ("86400", .seconds(86_400)), ("86401", .seconds(86_400)),
            ("99999999999999999999999", .seconds(86_400)), ("Sat, 03 Jan 2026 10:01:00 GMT", .seconds(60)),
            ("Saturday, 03-Jan-26 10:01:00 GMT", .seconds(60)), ("Sat Jan  3 10:01:00 2026", .seconds(60)),
            ("Sat, 03 Jan 2026 09:00:00 GMT", .zero), ("Thu, 01 Jan 1970 00:00:00 GMT", .zero),
            ("Fri, 03 Jan 2036 10:01:00 GMT", .seconds(86_400)), ("", nil), ("soon", nil), ("-5", nil), ("1.5", nil),
            ("12 minutes or so, please", nil),
        ] as [(String, Duration?)]
    )
    func parse(value: String, result: Duration?) {
        #expect(RetryAfter.parse(value, now: Self.now) == result)
    }
}

@Suite("Root certificates")
struct RootCertificateTests {
    @Test(
        "base64 is that of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(plain: String, encoded: String) {
        #expect(RootCertificates.base64(Array(plain.utf8)) == Array(encoded.utf8))
    }

    @Test("DER becomes PEM with lines of 64 characters")
    func der() throws {
        let der: [UInt8] = [0x30, 0x81, 0x80] + [UInt8](repeating: 0xAB, count: 128)
        let lines = String(decoding: try RootCertificates.pem(der), as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "-----BEGIN CERTIFICATE-----")
        #expect(lines.last == "-----END CERTIFICATE-----")
        #expect(lines.dropFirst().dropLast().map(\.count) == [64, 64, 48])
    }

    @Test(
        "other bytes are refused",
        arguments: [
            [], [0x30], [0x30, 5, 1], [0x30, 1, 1, 1], [0x30, 0x84, 0, 0, 0, 1, 1], Array("<html>".utf8),
            Array("-----BEGIN CERTIFICATE-----\nabc".utf8), [UInt8](repeating: 0x41, count: 65_537),
        ] as [[UInt8]]
    )
    func refused(bytes: [UInt8]) {
        #expect(throws: RootCertificates.Problem.self) { try RootCertificates.pem(bytes) }
    }

    @Test("a file that is not there is told by the system's words")
    func missingFile() {
        #expect(throws: RootCertificates.Problem(text: "No such file or directory")) {
            try RootCertificates.readSystemFile("/nonexistent/roots.crt")
        }
    }
}

@Suite("Times")
struct DurationTests {
    @Test(
        "are whole milliseconds, rounded up",
        arguments: [
            (Duration.zero, 0), (.microseconds(1), 1), (.milliseconds(1500), 1500), (.seconds(-1), 0),
            (.seconds(1 << 40), 86_400_000),
        ] as [(Duration, Int32)]
    )
    func milliseconds(duration: Duration, result: Int32) {
        #expect(duration.pollMilliseconds == result)
    }

    @Test(
        "are shown in seconds",
        arguments: [(Duration.seconds(10), "10 s"), (.milliseconds(250), "0.25 s"), (.milliseconds(1001), "1.001 s")]
    )
    func shown(duration: Duration, text: String) {
        #expect(duration.inSeconds == text)
    }
}
