import Foundation
import LabSupport
import Testing

/// HTTP_ENABLE_PROXY, HTTP_PROXY_SVR_ADDR and HTTP_PROXY_SVR_PORT, with a real proxy.
@Suite("The HTTP proxy")
struct ProxyTests {
    private static let parameters = [
        ("HTTP_ENABLE_PROXY", "Y"), ("HTTP_PROXY_SVR_ADDR", LabNetwork.serverAddress), ("HTTP_PROXY_SVR_PORT", "8888"),
    ]

    @Test("is asked for HTTP, makes tunnels for HTTPS, and has nothing to do with TFTP; a dead one is named")
    func proxy() async throws {
        try await LabNetwork.with { lab in
            let certificates = try await LabCertificates.make(in: lab)
            let device = Document.device(registrar: "proxied.example.com")
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "a.cfg": Document.initial(
                        standard: "https://198.51.100.1/s.cfg",
                        product: "tftp://198.51.100.1/p.cfg",
                        root: "root.pem"
                    ), "s.cfg": device, "good.cfg": device,
                ],
                listeners: [.http(), .https(443, .good), .https(8443, .good)],
                certificates: certificates
            )
            try nginx.put("root.pem", try Data(contentsOf: certificates.root))
            _ = try await TFTPD.start(in: lab, files: ["p.cfg": device])
            let tinyproxy = try await Tinyproxy.start(in: lab)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [Fault.limits]))
            _ = try await daemon.waitForRun()
            for (name, value) in Self.parameters { try await daemon.set(name, value) }
            try await daemon.set("USR_PROV_SVR_URL", "http://198.51.100.1/a.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            #expect(
                tinyproxy.requests == [
                    "GET http://198.51.100.1/a.cfg HTTP/1.1", "GET http://198.51.100.1/root.pem HTTP/1.1",
                    "CONNECT 198.51.100.1:443 HTTP/1.1",
                ]
            )
            // nginx was spoken to by the proxy, from the server's own address.
            #expect(Set(try nginx.records.map(\.address)) == [LabNetwork.serverAddress])
            #expect(try await daemon.text(ofStep: 8).contains("through the proxy 198.51.100.1:8888"))

            let refused = Fault("https://198.51.100.1:8443/good.cfg", says: "the HTTP proxy does not help")
            try await refused.suffer(daemon)
            #expect(try await daemon.text(ofStep: 8).contains("403"), "tinyproxy makes tunnels to port 443 only")
            await tinyproxy.stop()
            let dead = "the HTTP proxy does not help: no connection to it"
            try await Fault("http://198.51.100.1/good.cfg", says: dead).suffer(daemon)

            try await daemon.set("HTTP_PROXY_SVR_ADDR", "")
            try await daemon.set("USR_PROV_SVR_URL", "http://198.51.100.1/good.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            let incomplete = "HTTP_ENABLE_PROXY is Y but HTTP_PROXY_SVR_ADDR names none: asked directly"
            #expect(try await daemon.text(ofStep: 8).contains(incomplete))
        }
    }
}
