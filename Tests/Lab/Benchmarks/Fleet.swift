import Foundation
import LabSupport

/// What many phones in one process cost: a building whose power comes back.
enum FleetBenchmark {
    static func run() async throws {
        say("Phones that start at once behind one interface (PnP by Kamailio, a file for each by nginx):")
        say("    phones  provisioned   all after       CPU for each     resident  for each more")
        var alone: Double?
        for count in [1, 100, 1_000, 10_000] {
            try LabPlaces.requireReady()
            try await LabNetwork.with { network in
                let spent = try await measure(network, count)
                let each = alone.map { "\(figure((spent.residentKiB - $0) / Double(count - 1))) KiB" }
                alone = alone ?? spent.residentKiB
                say(
                    String(format: "  %8d  %11d", count, spent.provisioned) + "  \(figure(spent.seconds)) s"
                        + "  \(figure(spent.cpuSeconds / Double(count) * 1_000)) ms"
                        + "  \(figure(spent.residentKiB / 1_024)) MiB  \(each ?? "")"
                )
            }
        }
    }

    private struct Spent: Sendable {
        let provisioned: Int
        let seconds: Double
        let cpuSeconds: Double
        let residentKiB: Double
    }

    private static func measure(_ network: LabNetwork, _ count: Int) async throws -> Spent {
        let phones = (0..<count).map { number in
            let digits = String(number, radix: 16, uppercase: true)
            return DaemonConfiguration.Phone(mac: "0080F0" + String(repeating: "0", count: 6 - digits.count) + digits)
        }
        let nginx = try await Nginx.start(in: network)
        for (number, phone) in phones.enumerated() {
            try nginx.put(
                "\(phone.mac).cfg",
                "<PANASIPPhoneConfig><Device><Lines><Line idx=\"1\"><Sip><SIP_AUTHID>\(number)</SIP_AUTHID></Sip></Line>"
                    + "</Lines></Device></PANASIPPhoneConfig>"
            )
        }
        _ = try await KamailioPnP.start(in: network, .init(url: "http://\(LabNetwork.serverAddress)/{MAC}.cfg"))
        let daemon = try await Daemon.start(in: network, .init(phones: phones))
        _ = try await daemon.ctl(["wait", "--timeout", "120"], within: .seconds(130))
        let seconds = Date().timeIntervalSince(try daemon.process.startedAt)
        let usage = try Usage(of: daemon.process.pid)
        // More text than the lab keeps of a program.
        let ctl = LabPlaces.programs.appending(path: "phoneprovctl").path
        let words = ["sh", "-c", "\"$0\" --socket \"$1\" status --json | grep -c '\"state\" : \"provisioned\"'", ctl]
        let counted = try await network.run(LabCommand(words + [daemon.controlSocket], in: network.phone))
        return Spent(
            provisioned: Int(counted.output.trimmingCharacters(in: .newlines)) ?? 0,
            seconds: seconds,
            cpuSeconds: usage.cpuSeconds,
            residentKiB: Double(try daemon.residentKiB())
        )
    }

    private static func figure(_ value: Double) -> String { String(format: "%10.2f", value) }
}
