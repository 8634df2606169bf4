import Foundation
import LabSupport
import Testing

/// The lab's SIP PnP server answers as the real one does, for it is one.
@Suite("The lab's SIP PnP server", .serialized)
struct PnPServerTests {
    private static let group = "224.0.1.75"
    private static let url = "http://198.51.100.1/{MODEL}.cfg"

    @Test("Kamailio answers a multicast SUBSCRIBE with 200 and NOTIFY, and repeats the NOTIFY until it is answered")
    func answers() async throws {
        try await LabNetwork.with { lab in
            let kamailio = try await KamailioPnP.start(in: lab, .init(url: Self.url))
            let phone = try LabUDPSocket(in: lab.phone, port: 5060)
            try phone.send(SIPText.subscribe(callID: "one"), to: Self.group, port: 5060)

            let answer = try await phone.receive()
            #expect(answer.text.hasPrefix("SIP/2.0 200 "))
            #expect(answer.address == LabNetwork.serverAddress && answer.port == 5060)
            var notifies = [try await phone.receive()]
            let notify = notifies[0].text
            #expect(notify.hasPrefix("NOTIFY sip:198.51.100.50:5060 SIP/2.0\r\n"))
            #expect(SIPText.header("Call-ID", of: notify) == "one")
            #expect(SIPText.header("Content-Type", of: notify) == "application/url")
            #expect(SIPText.header("Event", of: notify)?.hasPrefix("ua-profile;profile-type=\"device\"") == true)
            #expect(SIPText.body(of: notify) == Self.url)

            notifies.append(try await phone.receive())
            notifies.append(try await phone.receive())
            #expect(notifies.allSatisfy { $0.text == notify })
            let gaps = zip(notifies, notifies.dropFirst()).map { $0.time.duration(to: $1.time) }
            #expect(gaps[0] > .milliseconds(350) && gaps[0] < .milliseconds(900), "T1 is 500 ms: \(gaps)")
            #expect(gaps[1] > .milliseconds(850) && gaps[1] < .milliseconds(1500), "then twice as long: \(gaps)")

            try phone.send(SIPText.ok(to: notify), to: notifies[0].address, port: notifies[0].port)
            try await eventuallyTrue("Kamailio to see the 200", seen: { kamailio.process.transcript }) {
                kamailio.notifyStatuses == [200]
            }
            #expect(try await phone.receiveIfAny(within: .milliseconds(2500)) == nil, "answered, and yet repeated")
            let request = try #require(kamailio.requests.first)
            #expect(request.source == "198.51.100.50:5060")
            #expect(request.message == SIPText.subscribe(callID: "one"))
        }
    }

    @Test("Kamailio sends another URL, no NOTIFY, or nothing at all once it is told to")
    func behaviors() async throws {
        try await LabNetwork.with { lab in
            let kamailio = try await KamailioPnP.start(in: lab, .init(url: Self.url))
            let phone = try LabUDPSocket(in: lab.phone, port: 5060)

            try await kamailio.set(.init(url: "https://198.51.100.1/a b/{MAC}.cfg"))
            try phone.send(SIPText.subscribe(callID: "other-url"), to: Self.group, port: 5060)
            #expect(try await phone.receive().text.hasPrefix("SIP/2.0 200 "))
            let notify = try await phone.receive()
            #expect(SIPText.body(of: notify.text) == "https://198.51.100.1/a b/{MAC}.cfg")
            try phone.send(SIPText.ok(to: notify.text), to: notify.address, port: notify.port)
            try await eventuallyTrue("Kamailio to see the 200") { kamailio.notifyStatuses == [200] }

            try await kamailio.set(.init(status: 404, notifies: false, url: Self.url))
            try phone.send(SIPText.subscribe(callID: "refused"), to: Self.group, port: 5060)
            #expect(try await phone.receive().text.hasPrefix("SIP/2.0 404 "))
            #expect(try await phone.receiveIfAny(within: .milliseconds(300)) == nil)

            try await kamailio.set(.init(status: nil, notifies: false, url: Self.url))
            try phone.send(SIPText.subscribe(callID: "silent"), to: Self.group, port: 5060)
            #expect(try await phone.receiveIfAny(within: .milliseconds(300)) == nil)
            #expect(kamailio.requests.compactMap { SIPText.header("Call-ID", of: $0.message) }.last == "silent")
        }
    }
}
