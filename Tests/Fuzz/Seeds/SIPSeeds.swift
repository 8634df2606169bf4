@testable import SIP

/// Writes the first inputs of the SIP fuzzers: the messages of RFC 4475, and what servers in use deviate in, both made
/// by the fixtures of the unit tests.
@main
enum SIPSeeds {
    /// Arguments: the folder of the message fuzzer, and that of the user agent's.
    static func main() throws {
        var messages = SeedFolder(CommandLine.arguments[1])
        var agents = SeedFolder(CommandLine.arguments[2])
        for bytes in TortureMessage.all.map(\.bytes) + responses + notifications + resyncs { try messages.add(bytes) }
        for bytes in TortureMessage.all.map(\.bytes).filter({ $0.count < 1_500 }) + responses + notifications {
            try agents.add(session([datagram(bytes)]))
        }
        for bytes in resyncs { try agents.add(session([datagram(bytes), datagram(bytes)])) }
        for notification in notifications {
            try agents.add(session([datagram(accepted(), "a"), datagram(notification, "b"), "t"]))
            try agents.add(session([datagram(notification), datagram(notification), "t", datagram(notification, "z")]))
        }
        for events in sessions { try agents.add(session(events)) }
        let flood = (0..<5).map { datagram(notify(callID: "Call-ID: forged-\($0)"), "z") }
        try agents.add(session(flood + [datagram(notify()), "t"]))
        try agents.add(session(flood + ["t"] + flood + ["c0", "t"]))
    }

    private static let own = "Via: SIP/2.0/UDP 198.51.100.50:5060;branch=\(ourBranch);rport"
    private static let user = "<sip:MAC%3a0080F0ABCDEF@224.0.1.75>"
    private static let url = "http://198.51.100.1/{MODEL}.cfg"

    private static var responses: [[UInt8]] {
        [
            accepted(), accepted(toTag: ""), accepted(cseq: "CSeq: 2 SUBSCRIBE"), accepted(contact: "Contact: "),
            accepted(contact: "Contact: <sip:198.51.100.50:5060>"), accepted(ending: "\r\n"),
            accepted(status: "100 Trying"), accepted(status: "202 Accepted"), accepted(status: "404 Not Found"),
            accepted(status: "500 DENY:no such phone", extra: "Server: snompnpd"),
            accepted(extra: "v: SIP/2.0/UDP 198.51.100.9"),
        ]
    }

    private static var notifications: [[UInt8]] {
        [
            notify(), notify(via: own), notify(via: ""), notify(via: "Via: SIP/2.0/UDP 224.0.1.75:5060"),
            notify(from: "From: \(user);tag=\(ourTag)", to: "To: \(user)"),
            notify(from: "From: \(user);tag=server", to: "To: \(user);tag=x"),
            notify(
                from: "From: \"x <sip:a@b>",
                to: "To: ",
                cseq: "CSeq: one",
                extra: "this is no header\r\n: nor this"
            ),
            notify(requestURI: "198.51.100.50:5060"), notify(callID: "Call-ID: 1234567890"), notify(state: ""),
            notify(state: "Subscription-State: active;expires=0"), notify(contentType: ""),
            notify(contentType: "Content-Type: text/plain"), notify(event: ""), notify(event: "o: ua-profile"),
            notify(event: "Event: ua-profile;profile-type=\"device\";vendor=\"OEM\";model=\"OEM\";version=\"1\""),
            notify(contentLength: "Content-Length: \(url.utf8.count + 2)"), notify(contentLength: "Content-Length: 24"),
            notify(contentLength: ""), notify(contentLength: "l: -1"), notify(body: url + "\r\n"), notify(body: ""),
            notify(contentLength: "Content-Length: \(url.utf8.count)", body: url + "\r\nINVITE sip:x SIP/2.0"),
            notify(
                contentType: "c: message/external-body; access-type=\"URL\"; URL=\"\(url)\";expiration=\"x\"",
                body: ""
            ),
            notify(extra: "Record-Route: <sip:198.51.100.1;lr>\r\nServer: kamailio (5.6.3 (x86_64/linux))"),
            notify(
                via: "Via: SIP/2.0/UDP 198.51.100.1:5060;rport\r\nv: SIP/2.0/TCP h;branch=a , SIP/2.0/UDP c;branch=b"
            ),
            notify(body: "https://id:pass@prov.example.com:8443/d/{MAC}.cfg"), notify(body: "198.51.100.1"),
            notify(body: "http://[2001:db8::1]/{MODEL}.cfg"), notify(body: "sip:a@b"), notify(body: "http://h/\u{0}"),
            Array(String(decoding: notify(), as: UTF8.self).replacing("\r\n", with: "\n").utf8),
        ]
    }

    private static var resyncs: [[UInt8]] {
        ["sip:1001@198.51.100.50", "sip:MAC%3a0080F0ABCDEF@198.51.100.50", "sip:nobody@198.51.100.50"].map {
            notify(requestURI: $0, callID: "Call-ID: sync", event: "Event: check-sync;reboot=false", body: "")
        } + [notify(callID: "Call-ID: sync", event: "Event: check-sync", extra: "Require: 100rel", body: "")]
    }

    /// What happens to a phone beside datagrams; see `SIPAgent/Session.swift` for the letters.
    private static var sessions: [[String]] {
        [
            ["t", "t", "t", "t", "t", "t", "t", "t", "t", "t", "t", "t"],
            ["s00", "s01", "s10", "c0", "t", "t", "r0", "p0check-sync,1001,sip:2002@example.com", "s00"],
            ["a0", "a1", "s00", "a2", "s10", "c1", "w99", "w99", "r1", "p1check-sync,sip:1001@h", "r0"],
            ["f00", "f01", "f02", "f03", "f10", "f13", "c0", "f13", "s01", "f21", "f22"],
        ]
    }

    private static func datagram(_ bytes: [UInt8], _ source: String = "a") -> String {
        "d\(source)0" + String(decoding: bytes.filter { $0 < 0x80 && $0 != 0x1E }, as: UTF8.self)
    }

    /// Once with each of the four settings.
    private static func session(_ events: [String]) -> [UInt8] {
        let settings = ["0", "1", "2", "3"][events.joined().utf8.count % 4]
        return Array(([settings] + events).joined(separator: "\u{1E}").utf8)
    }
}
