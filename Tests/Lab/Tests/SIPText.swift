import Foundation

/// SIP messages written by hand, so that the lab is judged without the code that it is there to test.
enum SIPText {
    /// A SUBSCRIBE for ua-profile as a phone multicasts it (RFC 6080).
    static func subscribe(callID: String, from address: String = "198.51.100.50", port: UInt16 = 5060) -> String {
        [
            "SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 SIP/2.0",
            "Via: SIP/2.0/UDP \(address):\(port);branch=z9hG4bK-\(callID);rport",
            "From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=phone", "To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>",
            "Call-ID: \(callID)", "CSeq: 1 SUBSCRIBE",
            "Event: ua-profile;profile-type=\"device\";vendor=\"Panasonic\";model=\"KX-UTG200B\";version=\"03.131\"",
            "Expires: 0", "Accept: application/url", "Contact: <sip:\(address):\(port)>", "Max-Forwards: 70",
            "Content-Length: 0", "", "",
        ].joined(separator: "\r\n")
    }

    /// The 200 that ends the transaction of `request`: its Via, From, To, Call-ID and CSeq, and a tag in To.
    static func ok(to request: String) -> String {
        let copied = request.split(separator: "\r\n").filter { line in
            ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].contains { line.hasPrefix($0) }
        }
        let lines = copied.map { $0.hasPrefix("To:") && !$0.contains("tag=") ? "\($0);tag=answer" : String($0) }
        return (["SIP/2.0 200 OK"] + lines + ["Content-Length: 0", "", ""]).joined(separator: "\r\n")
    }

    /// The value of the first header field `name`; nil when there is none.
    static func header(_ name: String, of message: String) -> String? {
        let line = message.split(separator: "\r\n").first { $0.hasPrefix(name + ":") }
        return line.map { $0.dropFirst(name.count + 1).trimmingPrefix(" ").description }
    }

    /// What follows the empty line.
    static func body(of message: String) -> String {
        message.range(of: "\r\n\r\n").map { String(message[$0.upperBound...]) } ?? ""
    }
}
