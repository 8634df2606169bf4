import Foundation
import LabSupport

// How long a phone takes from the start of its process to its configuration.

extension Benchmarks {
    /// The runs that a figure is the median of.
    static let rounds = 15

    static func timeToProvisioned(_ network: LabNetwork) async throws {
        let nginx = try await Nginx.start(in: network)
        let base = "http://\(LabNetwork.serverAddress)"
        try nginx.put(
            "KX-UTG200B.cfg",
            "<PANASIPPhoneConfig><Initial><CfgFiles><CFG_STANDARD_FILE_PATH>\(base)/Config{MAC}.cfg"
                + "</CFG_STANDARD_FILE_PATH></CfgFiles></Initial></PANASIPPhoneConfig>"
        )
        try nginx.put(
            "Config0080F0ABCDEF.cfg",
            "<PANASIPPhoneConfig><Device><System><Prov><CFG_RTRY_INTVL>10</CFG_RTRY_INTVL></Prov></System></Device>"
                + "</PANASIPPhoneConfig>"
        )
        _ = try await KamailioPnP.start(in: network, .init(url: "\(base)/"))

        var phone: [Double] = []
        var curl: [Double] = []
        for _ in 0..<rounds {
            let daemon = try await Daemon.start(in: network)
            let status = try await daemon.waitForRun(state: "provisioned")
            phone.append(try await millisecondsToLastRun(of: daemon))
            guard status.source == "sip-pnp" else { throw Unexpected(text: "source \(status.source ?? "none")") }
            try await daemon.stop()

            let fetched = try await network.run(
                LabCommand(
                    [
                        "curl", "-sS", "-o", "/dev/null", "-o", "/dev/null", "\(base)/KX-UTG200B.cfg",
                        "\(base)/Config0080F0ABCDEF.cfg",
                    ],
                    in: network.phone
                )
            )
            curl.append(milliseconds(fetched.duration))
        }
        say(
            "From process start to provisioned (PnP by Kamailio, an initial and a standard file by nginx), median of \(rounds):"
        )
        say("  phoneprovd                               \(text(median(phone))) ms")
        say("  curl, the same two files                 \(text(median(curl))) ms")
        say("  ratio                                    \(text(median(phone) / median(curl)))")
    }

    /// From the start of the daemon's process to the end of its last run, as the daemon has it.
    private static func millisecondsToLastRun(of daemon: Daemon) async throws -> Double {
        struct History: Decodable {
            struct Run: Decodable { let finishedAt: String? }
            let runs: [Run]
        }
        let history = try await daemon.json(History.self, ["history", "--json"])
        guard let text = history.runs.first?.finishedAt else { throw Unexpected(text: "no run has ended") }
        let finished = try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return finished.timeIntervalSince(try daemon.process.startedAt) * 1_000
    }
}
