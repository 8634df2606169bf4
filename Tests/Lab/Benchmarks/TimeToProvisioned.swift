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
            let began = ContinuousClock.now
            let daemon = try await Daemon.start(in: network)
            let status = try await daemon.waitForRun(state: "provisioned")
            phone.append(milliseconds(ContinuousClock.now - began))
            guard status.source == "sip-pnp" else { throw Unexpected(text: "source \(status.source ?? "none")") }
            try await daemon.stop()

            let fetching = ContinuousClock.now
            _ = try await network.run(
                LabCommand(
                    [
                        "curl", "-sS", "-o", "/dev/null", "-o", "/dev/null", "\(base)/KX-UTG200B.cfg",
                        "\(base)/Config0080F0ABCDEF.cfg",
                    ],
                    in: network.phone
                )
            )
            curl.append(milliseconds(ContinuousClock.now - fetching))
        }
        say(
            "From process start to provisioned (PnP by Kamailio, an initial and a standard file by nginx), median of \(rounds):"
        )
        say("  phoneprovd, phoneprovctl wait included   \(text(median(phone))) ms")
        say("  curl, the same two files                 \(text(median(curl))) ms")
        say("  ratio                                    \(text(median(phone) / median(curl)))")
    }
}
