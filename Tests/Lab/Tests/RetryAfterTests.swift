import Foundation
import LabSupport
import Testing

/// A server that is busy says when to come back, and the phone does, within bounds.
@Suite("Retry-After")
struct RetryAfterTests {
    @Test("503 and 429 move the next attempt, from one minute to four times CFG_RTRY_INTVL, and the trace says why")
    func moves() async throws {
        // CFG_RTRY_INTVL is 7 minutes: 28 minutes are the most.
        let cases: [(path: String, status: Int, header: String, wait: ClosedRange<Double>, reason: String)] = [
            ("/none", 503, "", 419...421, "7 min after this one: CFG_RTRY_INTVL"),
            ("/seconds", 503, "120", 119...181, "the server asks for 2 min (Retry-After)"),
            ("/many", 429, "600", 599...751, "the server asks for 10 min (Retry-After)"),
            ("/past", 503, "Wed, 21 Oct 2015 07:28:00 GMT", 59...121, "of which 1 min is the least"),
            ("/future", 503, "Wed, 21 Oct 2099 07:28:00 GMT", 1_259...1_681, "of which 28 min (4 × CFG_RTRY_INTVL)"),
            ("/huge", 503, "99999999999999999999", 1_259...1_681, "of which 28 min (4 × CFG_RTRY_INTVL)"),
            ("/words", 503, "soon", 419...421, "7 min after this one: CFG_RTRY_INTVL"),
            ("/other", 404, "120", 419...421, "7 min after this one: CFG_RTRY_INTVL"),
        ]
        try await LabNetwork.with { lab in
            let rules = cases.map { one in
                NginxRule(
                    one.path,
                    .status(one.status),
                    headers: one.header.isEmpty ? [:] : ["Retry-After": one.header]
                )
            }
            _ = try await Nginx.start(in: lab, files: Fault.good, rules: rules)
            let daemon = try await Fault.provisioned(in: lab)
            for one in cases {
                let fault = Fault("http://198.51.100.1\(one.path)?a", says: "HTTP \(one.status)")
                let wait = try await fault.suffer(daemon).wait()
                #expect(one.wait.contains(wait), "\(one.path): \(wait) s")
                let said = try await daemon.text(ofStep: 9)
                #expect(said.contains(one.reason), "\(one.path): \(said)")
            }
        }
    }
}
