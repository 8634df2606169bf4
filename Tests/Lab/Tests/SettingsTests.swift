import Foundation
import LabSupport
import Testing

/// Why a parameter has its value, who may change it, and what a run changed.
@Suite("Settings explain themselves")
struct SettingsTests {
    private static let base = "http://\(LabNetwork.serverAddress)"
    private static let standard = """
        <PANASIPPhoneConfig><Device><System>
        <LoginAcc><ADMIN_PASS>geheim1</ADMIN_PASS></LoginAcc>
        <Prov>
        <CFG_RTRY_INTVL perm="R">7</CFG_RTRY_INTVL>
        <CFG_RESYNC_TIME perm="!">03:00</CFG_RESYNC_TIME>
        </Prov></System></Device></PANASIPPhoneConfig>
        """
    private static let product = """
        <PANASIPPhoneConfig><Device><System><Prov>
        <CFG_RTRY_INTVL perm="!">9</CFG_RTRY_INTVL>
        <CFG_CYCLIC_INTVL>11</CFG_CYCLIC_INTVL>
        </Prov></System></Device></PANASIPPhoneConfig>
        """

    @Test("get --explain tells layer, file and line and what is hidden; set is refused with the file and line")
    func explainAndForbid() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "KX-UTG200B.cfg": Document.initial(
                        standard: "\(Self.base)/standard.cfg",
                        product: "\(Self.base)/product.cfg"
                    ),
                    "standard.cfg": Self.standard, "product.cfg": Self.product,
                ]
            )
            let daemon = try await Daemon.start(in: lab)
            try await daemon.set("USR_PROV_SVR_URL", Self.base)
            try await daemon.set("CFG_CYCLIC_INTVL", "60")
            #expect(try await daemon.provision().state == "provisioned")

            let forbidden = try await daemon.ctl(["get", "--explain", "CFG_RTRY_INTVL"])
            #expect(forbidden.output.contains("CFG_RTRY_INTVL=7"), "\(forbidden.output)")
            #expect(forbidden.output.contains("\(Self.base)/standard.cfg, line 4"), "\(forbidden.output)")
            for hidden in ["product: 9", "factory: 30"] {
                #expect(forbidden.output.contains(hidden), "\(hidden) in \(forbidden.output)")
            }
            let refused = try await daemon.ctl(["set", "CFG_RTRY_INTVL", "5"])
            #expect(refused.exit == .status(1))
            #expect(refused.errors.contains("(\(Self.base)/standard.cfg, line 4)"), "\(refused.errors)")
            #expect(try await daemon.value(of: "CFG_RTRY_INTVL") == "7")

            // What the user has set hides the product file, and `!` beats what the user sets.
            let mine = try await daemon.ctl(["get", "--explain", "CFG_CYCLIC_INTVL"])
            #expect(
                mine.output.contains("CFG_CYCLIC_INTVL=60") && mine.output.contains("product: 11"),
                "\(mine.output)"
            )
            let overridden = try await daemon.ctl(["set", "CFG_RESYNC_TIME", "04:00"])
            #expect(overridden.exit == .status(1) && overridden.errors.contains("line 5"), "\(overridden.errors)")
            #expect(try await daemon.value(of: "CFG_RESYNC_TIME") == "03:00")

            // A run says what it changed, from what to what and by which file; secrets are never shown.
            try nginx.put(
                "standard.cfg",
                Self.standard.replacing(">7<", with: ">8<").replacing("geheim1", with: "geheim2")
            )
            #expect(try await daemon.provision().state == "provisioned")
            struct Run: Decodable {
                struct Change: Decodable, Equatable {
                    let name: String
                    let old: String?
                    let new: String?
                    let layer: String
                }
                let changes: [Change]
            }
            let changes = try await daemon.json(Run.self, ["explain", "--json"]).changes
            #expect(
                changes == [
                    .init(name: "ADMIN_PASS", old: "***", new: "***", layer: "standard file"),
                    .init(name: "CFG_RTRY_INTVL", old: "7", new: "8", layer: "standard file"),
                ]
            )
            for words in [
                ["explain"], ["explain", "--json"], ["get"], ["get", "--json"], ["get", "--explain", "ADMIN_PASS"],
            ] {
                let done = try await daemon.ctl(words)
                #expect(done.exit == .status(0) && !done.output.contains("geheim"), "\(words)")
            }
            #expect(try !daemon.process.transcript.contains("geheim"))
            #expect(try await daemon.ctl(["get", "--reveal", "ADMIN_PASS"]).output == "geheim2\n")

            // One file that is refused changes nothing of itself, and nothing of the others.
            try nginx.put("standard.cfg", Self.standard.replacing(">7<", with: ">6<").replacing("</Prov>", with: ""))
            try nginx.put("product.cfg", Self.product.replacing(">11<", with: ">12<"))
            #expect(try await daemon.provision().state == "fallback")
            #expect(try await daemon.value(of: "CFG_RTRY_INTVL") == "8")
        }
    }
}
