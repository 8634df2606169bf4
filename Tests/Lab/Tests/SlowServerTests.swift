import Foundation
import LabSupport
import Testing

/// One slow server never delays a phone that asks another one.
@Suite("Slow servers")
struct SlowServerTests {
    @Test("Phones whose server never answers, more than have a place there, leave the others alone")
    func independence() async throws {
        let macs = (1...100).map { "0080F0" + String(0xA0_0000 + $0, radix: 16, uppercase: true) }
        let quick = macs.enumerated().filter { $0.offset.isMultiple(of: 4) }.map(\.element)
        let slow = macs.filter { !quick.contains($0) }
        let silent = "<USR_PROV_SVR_URL>http://198.51.100.1:8080/silent.cfg</USR_PROV_SVR_URL>"
        try await LabNetwork.with { lab in
            let odd = try OddServer(in: lab, port: 8080)
            defer { odd.stop() }
            let nginx = try await Nginx.start(in: lab)
            for mac in macs {
                let prov = slow.contains(mac) ? silent : ""
                try nginx.put("\(mac).cfg", Document.device(registrar: "\(mac).example.com", prov: prov))
            }
            _ = try await KamailioPnP.start(in: lab, .init(url: "http://198.51.100.1/{MAC}.cfg"))
            let limits = "downloads: { firstByteSeconds: 60, totalSeconds: 60 }"
            let phones = macs.map { DaemonConfiguration.Phone(mac: $0) }
            let daemon = try await Daemon.start(in: lab, .init(phones: phones, lines: [limits]))
            _ = try await daemon.waitForRun(state: "provisioned", seconds: 60)

            for mac in slow + quick { #expect(try await daemon.ctl(["--phone", mac, "provision"]).status == 0) }
            for mac in quick {
                #expect(try await daemon.ctl(["--phone", mac, "wait", "--timeout", "30"]).status == 0, "\(mac)")
            }
            let status = try await daemon.status()
            #expect(status.filter { quick.contains($0.mac) }.allSatisfy { $0.state == "provisioned" })
            let waiting = status.filter { $0.state == "provisioning" }
            #expect(!waiting.isEmpty, "the slow ones still wait when the quick ones are done")
            #expect(waiting.allSatisfy { slow.contains($0.mac) })
        }
    }
}
