extension TortureMessage {
    /// The message of section 3.1.1.7 with its repetitions written as such.
    static var longRequest: String {
        func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }
        let vias = [
            "Via: ", "v: ", "V: ", "Via: ", "ViA: ", "VIa: ", "VIA: ", "via: ", "viA: ", "vIa: ", "vIA: ", "V :  ",
            "v :  ", "V  : ", "v  : ", "Via : ", "Via  : ",
        ]
        let viaLines = (0..<33).map { index in
            "\(index < vias.count ? vias[index] : "Via: ")SIP/2.0/TCP sip\(33 - index).example.com"
        }.joined(separator: "\n")
        return """
            INVITE sip:user@example.com SIP/2.0
            To: "I have a user name of \(times(10, "extreme")) proportion"<sip:user@example.com:6000;\
            unknownparam1=very\(times(20, "long"))value;longparam\(times(25, "name"))=shortvalue;\
            very\(times(25, "long"))ParameterNameWithNoValue>
            F: sip:\(times(5, "amazinglylongcallername"))@example.net;tag=12\(times(50, "982"))424;\
            unknownheaderparam\(times(20, "name"))=unknowheaderparam\(times(15, "value"));\
            unknownValueless\(times(10, "paramname"))
            Call-ID: longreq.one\(times(20, "really"))longcallid
            CSeq: 3882340 INVITE
            Unknown-\(times(20, "Long"))-Name: unknown-\(times(20, "long"))-value; \
            unknown-\(times(20, "long"))-parameter-name = unknown-\(times(20, "long"))-parameter-value
            \(viaLines)
            Via: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=very\(times(50, "long"))branchvalue
            Max-Forwards: 70
            Contact: <sip:\(times(5, "amazinglylongcallername"))@host5.example.net>
            Content-Type: application/sdp
            l: 150

            v=0
            o=mhandley 29739 7272939 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=audio 49217 RTP/AVP 0 12
            m=video 3227 RTP/AVP 31
            a=rtpmap:31 LPC
            """
    }

    /// The message of section 3.1.1.11. Its second part is a binary signature of 342 bytes, which nothing here reads:
    /// other bytes stand for it, among them those that end lines and texts.
    static var multipart: [UInt8] {
        let signature = (0..<342).map { UInt8(truncatingIfNeeded: $0) }
        return wire(
            """
            MESSAGE sip:kumiko@example.org SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport
            Max-Forwards: 70
            Route: <sip:127.0.0.1:5080>
            Identity: r5mwreLuyDRYBi/0TiPwEsY3rEVsk/G2WxhgTV1PF7hHuLIK0YWVKZhKv9Mj8UeXqkMVbnVq37CD+813gvYjcBUaZngQmXc9WNZSDN\
            GCzA+fWl9MEUHWIZo1CeJebdY/XlgKeTa0Olvq0rt70Q5jiSfbqMJmQFteeivUhkMWYUA=
            Contact: <sip:fluffy@127.0.0.1:5070>
            To: <sip:kumiko@example.org>
            From: <sip:fluffy@example.com>;tag=2fb0dcc9
            Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..
            CSeq: 1 MESSAGE
            Content-Transfer-Encoding: binary
            Content-Type: multipart/mixed;boundary=7a9cbec02ceef655
            Date: Sat, 15 Oct 2005 04:44:56 GMT
            User-Agent: SIPimp.org/0.2.5 (curses)
            Content-Length: 553

            --7a9cbec02ceef655
            Content-Type: text/plain
            Content-Transfer-Encoding: binary

            Hello
            --7a9cbec02ceef655
            Content-Type: application/octet-stream
            Content-Transfer-Encoding: binary

            """
        ) + signature + wire("\n--7a9cbec02ceef655--")
    }
}
