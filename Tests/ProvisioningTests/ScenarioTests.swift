import Foundation
import Testing

@testable import Provisioning

/// Timed stories: what arrives, and what must go out, in files that a person can read (Scenarios/*.scenario).
///
///     settings NAME=VALUE …     what flash holds from now on
///     + SECONDS                 the clock goes on
///     clock SECONDS             somebody sets it forward or back
///     zone SECONDS              local time minus UTC from now on: summer time begins or ends
///     > EVENT                   something happens
///     < ACTION                  the next thing that the sequence wants; after the last `<` it wants nothing more
struct ScenarioTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scenarios")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".scenario") }.sorted()
    }()

    @Test func `there are scenarios`() {
        #expect(Self.names.count >= 10)
    }

    @Test(arguments: names)
    func `the sequence does what the scenario says`(name: String) throws {
        let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
        var player = ScenarioPlayer(file: name)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            try player.play(String(line), number: index + 1)
        }
        try player.finish()
    }
}

struct ScenarioPlayer {
    let file: String
    var sequence = ProvisioningSequence(identity: SimulatedPhone.identity)
    var settings = SequenceSettings()
    var now = Moment(uptime: .zero, wall: WallTime(milliseconds: 1_780_012_800_000))
    var wanted: [String] = []
    var lastRun = 0
    var line = 0

    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    init(file: String) { self.file = file }

    mutating func play(_ text: String, number: Int) throws {
        line = number
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard !trimmed.isEmpty, !trimmed.hasPrefix("#") else { return }
        if trimmed.hasPrefix("<") {
            guard !wanted.isEmpty else { throw wrong("wants nothing more") }
            let next = wanted.removeFirst()
            let expected = trimmed.dropFirst().trimmingCharacters(in: .whitespaces)
            guard next == expected else { throw wrong("wants ‘\(next)’, not ‘\(expected)’; then \(wanted)") }
            return
        }
        try finish()
        let words = trimmed.split(separator: " ").map(String.init)
        switch words[0] {
        case "settings": try change(words.dropFirst())
        case "+": now = now.advanced(by: .seconds(try whole(words[1])))
        case "clock":
            now = Moment(
                uptime: now.uptime,
                wall: now.wall.advanced(by: .seconds(try whole(words[1]))),
                secondsFromUTC: now.secondsFromUTC
            )
        case "zone": now = Moment(uptime: now.uptime, wall: now.wall, secondsFromUTC: try whole(words[1]))
        case ">":
            let event = try event(Array(words.dropFirst()))
            wanted = []
            for action in sequence.handle(event, at: now) { wanted.append(describe(action)) }
        default: throw wrong("no such word: \(words[0])")
        }
    }

    func finish() throws {
        guard wanted.isEmpty else { throw wrong("also wants \(wanted)") }
    }

    private func wrong(_ text: String) -> Wrong { Wrong(description: "\(file):\(line): \(text)") }

    private func whole(_ text: String) throws -> Int {
        guard let value = Int(text) else { throw wrong("‘\(text)’ is no number") }
        return value
    }

    private mutating func change(_ words: ArraySlice<String>) throws {
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            switch parts[0] {
            case "enabled": settings.provisioningEnabled = parts[1] == "Y"
            case "pnp": settings.sipPnPEnabled = parts[1] == "Y"
            case "retry": settings.retryMinutes = try whole(parts[1])
            case "cyclic": (settings.cyclic, settings.cyclicMinutes) = (true, try whole(parts[1]))
            case "resync-minute": settings.resyncMinuteOfDay = try whole(parts[1])
            case "manual": settings.provisioningURL = .manual(parts[1])
            case "redirection": settings.redirectionURL = parts[1]
            case "saved":
                settings.savedFiles[try role(parts[1])] = SequenceSettings.SavedCopy(
                    url: "http://old/",
                    receivedAt: now.wall,
                    bytes: 1,
                    sha256: "aa",
                    hasSettings: parts[1] != "initial"
                )
            default: throw wrong("no such setting: \(parts[0])")
            }
        }
    }

    private func role(_ text: String) throws -> FileRole {
        guard let role = FileRole(rawValue: text) else { throw wrong("no such file: \(text)") }
        return role
    }

    private func event(_ words: [String]) throws -> ProvisioningSequence.Event {
        switch words[0] {
        case "start": return .powerOn(.start)
        case "reboot": return .powerOn(.reboot)
        case "loaded": return .settingsLoaded(settings, lastRun: lastRun, detail: "factory defaults")
        case "changed": return .settingsChanged(settings)
        case "addresses":
            return .addressesChanged(AddressFamilies(ipv4: words.contains("ipv4"), ipv6: words.contains("ipv6")))
        case "lease":
            var offer = LeaseOffer.none
            for word in words.dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                let value = LeaseOffer.Value.text(parts[1], detail: "")
                switch parts[0] {
                case "160": offer.option160 = value
                case "159": offer.option159 = value
                case "66": offer.option66 = value
                case "dhcpv6": offer.dhcpv6 = value
                default: throw wrong("no such option: \(parts[0])")
                }
            }
            return .leaseChanged(offer)
        case "notify": return .pnpFound(url: words[1], detail: "198.51.100.1:5060")
        case "window-closed": return .timerFired(.pnpWindow)
        case "next-run": return .timerFired(.nextRun)
        case "clock-set": return .clockSet
        case "asked": return .provisionRequested(.user, note: "by the user")
        case "resync": return .provisionRequested(.resync, note: "NOTIFY")
        case "got":
            var names: FetchedDocument.InitialPart?
            if words.count > 3 { names = .init(standard: words[3]) }
            let document = FetchedDocument.sample(words[2], names: names, hasSettings: names == nil)
            return .downloadFinished(try id(words[1]), .document(document))
        case "lost": return .downloadFinished(try id(words[1]), .failed("404 Not Found"))
        case "busy":
            return .downloadFinished(
                try id(words[1]),
                .failed("503", because: .busy(retryAfter: .seconds(try whole(words[2]))))
            )
        case "redirected": return .downloadFinished(try id(words[1]), .redirect(url: words[2], detail: "302"))
        case "applied": return .applied(settings, changes: [])
        case "stored": return .stored
        case "store-failed": return .storeFailed(settings, reason: "disk full")
        default: throw wrong("no such event: \(words[0])")
        }
    }

    private func id(_ text: String) throws -> DownloadID { DownloadID(number: try whole(text)) }

    private mutating func describe(_ action: ProvisioningSequence.Action) -> String {
        switch action {
        case .loadSettings: return "load settings"
        case .startPnP: return "subscribe"
        case .askLease: return "ask the DHCP server"
        case .stopPnP: return "stop waiting for a NOTIFY"
        case .download(let order):
            return "download \(order.id.number) \(order.purpose.name): \(order.url)"
        case .cancelDownload(let id): return "cancel download \(id.number)"
        case .apply(let files):
            return (["apply"] + files.map { "\($0.role.rawValue)=\($0.disposition.rawValue)" }).joined(separator: " ")
        case .store(let trace): return "store \(trace.outcome?.rawValue ?? "?")"
        case .schedule(let timer, let wait): return "timer \(name(timer)) \(wait.components.seconds) s"
        case .cancel(let timer): return "cancel timer \(name(timer))"
        case .runBegan(let trace): return "begin run \(trace.number): \(trace.trigger.rawValue)"
        case .stepEnded(let record): return "step \(record.step.rawValue) \(record.outcome.rawValue)"
        case .runEnded(let trace):
            lastRun = trace.number
            return "end run \(trace.number): \(trace.outcome?.rawValue ?? "?"), source \(trace.source.rawValue)"
        }
    }

    private func name(_ timer: ProvisioningSequence.Timer) -> String {
        switch timer {
        case .pnpWindow: "pnp-window"
        case .nextRun: "next-run"
        }
    }
}
