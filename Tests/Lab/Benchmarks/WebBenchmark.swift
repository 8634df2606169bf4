import Foundation
import LabSupport

/// How quickly the page Status is there, with one phone and with a thousand, and what phoneprov-web keeps in memory.
enum WebBenchmark {
    /// The loads that a figure is the median of.
    private static let rounds = 25

    static func run() async throws {
        for count in [1, 1_000] {
            try LabPlaces.requireReady()
            try await LabNetwork.with { network in try await measure(network, phones: count) }
        }
    }

    private static func measure(_ network: LabNetwork, phones count: Int) async throws {
        let phones = (0..<count).map { number in
            let digits = String(number, radix: 16, uppercase: true)
            return DaemonConfiguration.Phone(mac: "0080F0" + String(repeating: "0", count: 6 - digits.count) + digits)
        }
        let daemon = try await Daemon.start(in: network, .init(phones: phones, pnpTimeoutSeconds: 1))
        _ = try await daemon.ctl(["wait", "--timeout", "60"], within: .seconds(70))
        let web = try await WebProgram.start(in: network, for: daemon)
        let idleBefore = try web.residentKiB()
        let cookies = network.directory.appending(path: "cookies").path(percentEncoded: false)
        try await signIn(network, daemon, cookies)
        var first: [Double] = []
        var whole: [Double] = []
        var bytes = 0
        for _ in 0..<rounds {
            let done = try await network.run(
                LabCommand(
                    curl(
                        cookies,
                        [
                            "-L", "-o", "/dev/null", "-w",
                            "%{time_starttransfer} %{time_total} %{size_download} %{http_code}",
                        ]
                    ) + [WebProgram.origin + "/"],
                    in: network.phone
                ),
                within: .seconds(60)
            )
            let words = done.output.split(separator: " ")
            guard words.count == 4, words[3] == "200", let start = Double(words[0]), let total = Double(words[1]) else {
                throw LabError.unreadable(what: "curl's figures", text: done.output + done.errors)
            }
            first.append(start * 1_000)
            whole.append(total * 1_000)
            bytes = Int(words[2]) ?? 0
        }
        say(
            "Status with \(count) phone(s) over HTTPS, a new connection each time, median of \(rounds), \(bytes) bytes:"
        )
        say("  to the first byte  \(text(median(first))) ms")
        say("  to the last byte   \(text(median(whole))) ms")
        say("  phoneprov-web resident: \(idleBefore) KiB idle after its start, \(try web.residentKiB()) KiB after that")
    }

    private static func signIn(_ network: LabNetwork, _ daemon: Daemon, _ cookies: String) async throws {
        let password = try await daemon.ctl(["web-password"]).output.trimmingCharacters(in: .whitespacesAndNewlines)
        let page = try await network.run(
            LabCommand(curl(cookies, []) + [WebProgram.origin + "/sign-in"], in: network.phone)
        )
        guard let start = page.output.firstRange(of: "name=\"csrf\" value=\"")?.upperBound else {
            throw LabError.unreadable(what: "the page for signing in", text: page.output + page.errors)
        }
        let token = page.output[start...].prefix { $0 != "\"" }
        let form = ["-d", "csrf=\(token)&account=admin&password=\(password)"]
        _ = try await network.run(
            LabCommand(curl(cookies, form) + [WebProgram.origin + "/sign-in"], in: network.phone)
        )
    }

    private static func curl(_ cookies: String, _ options: [String]) -> [String] {
        ["curl", "-ksS", "-m", "30", "-b", cookies, "-c", cookies] + options
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func text(_ value: Double) -> String { String(format: "%.1f", value) }
}
