import Foundation
import LabSupport

extension Machine {
    /// The daemon's status line once it is as wanted: it comes to systemd a moment after phoneprovctl has it.
    func statusText(_ isWanted: (String) -> Bool) async throws -> String {
        try await eventually("the status line") {
            let text = try await self.property("StatusText")
            return isWanted(text) ? text : nil
        }
    }

    /// From the wish to stop until nothing of the service was left, by systemd's clock.
    func stopTime() async throws -> Duration {
        let begin = try await number("ActiveExitTimestampMonotonic")
        let end = try await number("InactiveEnterTimestampMonotonic")
        guard begin > 0, end >= begin else {
            throw LabError.unreadable(what: "the time of the stop", text: "\(begin) to \(end)")
        }
        return .microseconds(end - begin)
    }

    /// The events that wait for the daemon, each as owner, group and mode.
    func keptEvents() async throws -> [String] {
        let words = ["find", "/run/phoneprovd/dhcp", "-type", "f", "-not", "-name", ".*", "-printf", "%u:%g %m\n"]
        return try await require(words).split(separator: "\n").map(String.init)
    }

    /// A phone in `status --json`.
    struct Phone: Decodable {
        let mac: String
        let source: String
        let step: Int
        let state: String
        let lastOutcome: String?
        let nextAttempt: String?
        let runNumber: Int?
    }

    /// The daemon's phones, in the order of its configuration.
    func phones() async throws -> [Phone] {
        struct Answer: Decodable { let phones: [Phone] }
        let text = try await require(["phoneprovctl", "status", "--json"])
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8)).phones
    }

    /// One of the daemon's phones; nil when there is no such phone.
    func phone(_ mac: String) async throws -> Phone? { try await phones().first { $0.mac == mac } }

    /// The daemon's one phone.
    func phone() async throws -> Phone {
        guard let phone = try await phones().first else {
            throw LabError.unreadable(what: "phoneprovctl status --json", text: "no phone")
        }
        return phone
    }
}

extension Document {
    /// A device file that sets the registrar and the password of line 1.
    static func device(registrar: String, secret: String, prov: String = "") -> String {
        device(registrar: registrar, prov: prov).replacing(
            "<SIP_RGSTR_ADDR>",
            with: "<SIP_PASS>\(secret)</SIP_PASS><SIP_RGSTR_ADDR>"
        )
    }
}
