import Control

/// The words and colours of what the control interface tells.
enum Words {
    /// `00:80:F0:AB:CD:EF`.
    static func mac(_ mac: String) -> String {
        let digits = Array(mac)
        guard digits.count == 12 else { return mac }
        return stride(from: 0, to: 12, by: 2).map { String(digits[$0...$0 + 1]) }.joined(separator: ":")
    }

    /// The names of the control interface, so that a page, phoneprovctl and the manual speak of the same.
    static func state(_ state: PhoneState) -> (word: String, tone: String) {
        switch state {
        case .provisioning: ("Provisioning", "busy")
        case .provisioned: ("Provisioned", "good")
        case .fallback: ("Fallback", "warn")
        case .partial: ("Partial", "warn")
        case .failed: ("Failed", "bad")
        case .disabled: ("Disabled", "idle")
        }
    }

    /// An outcome as the control interface writes it; `nil` for a run under way.
    static func outcome(_ outcome: String?) -> (word: String, tone: String) {
        guard let outcome else { return state(.provisioning) }
        return PhoneState(rawValue: outcome).map(state) ?? (outcome, "idle")
    }

    static func source(_ source: StatusSource) -> String {
        switch source {
        case .manual: "set by hand"
        case .stored: "written by an earlier file"
        case .sipPnP: "SIP PnP"
        case .dhcp160: "DHCP option 160"
        case .dhcp159: "DHCP option 159"
        case .dhcp66: "DHCP option 66"
        case .dhcpv6: "DHCPv6 option 17"
        case .redirection: "redirection server"
        case .none: "no source"
        }
    }

    static func step(_ outcome: String) -> (word: String, tone: String) {
        switch outcome {
        case "done": ("done", "good")
        case "found": ("found", "good")
        case "failed": ("failed", "bad")
        case "running": ("running", "busy")
        case "nothing": ("nothing", "quiet")
        case "skipped": ("skipped", "quiet")
        case "pending": ("pending", "quiet")
        default: (outcome, "quiet")
        }
    }

    static func layer(_ layer: String) -> (word: String, tone: String) {
        switch layer {
        case "user": ("user", "user")
        case "standard": ("standard file", "file")
        case "product": ("product file", "file")
        case "master": ("master file", "file")
        case "initial-device": ("initial file", "file")
        case "factory": ("factory default", "factory")
        default: (layer, "factory")
        }
    }

    static func disposition(_ disposition: FileDisposition) -> (word: String, tone: String) {
        switch disposition {
        case .fresh: ("fresh", "good")
        case .unchanged: ("unchanged", "good")
        case .saved: ("saved", "warn")
        case .missing: ("missing", "bad")
        }
    }

    /// `2,345 bytes`.
    static func bytes(_ count: Int) -> String {
        var digits = String(count)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",") + (count == 1 ? " byte" : " bytes")
    }
}
