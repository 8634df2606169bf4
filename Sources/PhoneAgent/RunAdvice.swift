import Provisioning

/// What a person can do about a run that was not `provisioned`: one sentence, for this cause and no other.
enum RunAdvice {
    /// The sentence; `nil` when there is nothing to do.
    static func advice(on trace: RunTrace) -> String? {
        if trace.storeFailure != nil {
            return "Make room and the right to write in the daemon's stateDirectory; then phoneprovctl provision."
        }
        switch trace.outcome {
        case .provisioned, nil:
            return nil
        case .disabled:
            return "Set PROVISION_ENABLE to Y: phoneprovctl set PROVISION_ENABLE Y, then phoneprovctl provision."
        case .fallback, .partial, .failed:
            if trace.source == .none { return noSource(trace) }
            guard let failed = cause(of: trace), let code = failed.failure else {
                return "\(sentence(trace[.download].detail)) Mend it, then phoneprovctl provision."
            }
            return [
                DownloadAdvice(download: failed, source: trace.source).sentence(for: code), elsewhere(trace, failed),
                "Then phoneprovctl provision.",
            ].compactMap(\.self).joined(separator: " ")
        }
    }

    /// The download that decided: the last try of the first file that could not be had.
    private static func cause(of trace: RunTrace) -> TransferFact? {
        let missed = trace.files.filter { !$0.disposition.isFresh }.map { "\($0.role.rawValue) file" }
        let failed = trace.transfers.filter { $0.failure != nil && $0.step == .download }
        for name in missed {
            // Of several protocols that were tried, HTTP is the one that says why.
            let tries = failed.filter { $0.purpose == name }
            if let answered = tries.last(where: { $0.status != nil }) ?? tries.last { return answered }
        }
        return failed.last
    }

    /// A phone whose URL is set looks nowhere else, so a wrong one must be taken back first.
    private static func elsewhere(_ trace: RunTrace, _ failed: TransferFact) -> String? {
        guard failed.purpose == DownloadPurpose.initial.name else { return nil }
        switch trace.source {
        case .manual:
            return "If the URL itself is wrong: phoneprovctl unset USR_PROV_SVR_URL makes the phone ask SIP PnP and"
                + " DHCP again."
        case .stored:
            return "A configuration file wrote this URL, so the phone asks nowhere else: if it is out of date,"
                + " phoneprovctl set USR_PROV_SVR_URL '' makes it ask SIP PnP and DHCP again."
        case .sipPnP, .dhcp160, .dhcp159, .dhcp66, .dhcpv6, .redirection, .none:
            return nil
        }
    }

    // MARK: No URL

    private static func noSource(_ trace: RunTrace) -> String {
        let byHand = "or set a URL by hand: phoneprovctl set USR_PROV_SVR_URL URL, then phoneprovctl provision."
        if let refused = trace.lease.first(where: { $0.refusal != nil }), let why = refused.refusal {
            return "Correct option \(refused.option) on the DHCP server (\(why)), \(byHand)"
        }
        if trace.messages.contains(where: { !$0.isSent && $0.step == .sipPnP && $0.startLine.hasPrefix("NOTIFY") }) {
            return "A SIP PnP server sent a NOTIFY without a URL that can be used: step 3 says what is wrong with its"
                + " body; correct it there, \(byHand)"
        }
        if trace.messages.contains(where: { !$0.isSent && $0.step == .sipPnP }) {
            return "A SIP PnP server answered but sent no NOTIFY: see that it knows this phone's MAC address, \(byHand)"
        }
        if trace[.sipPnP].outcome == .failed {
            return "Mend what kept the SUBSCRIBE from going out (step 3), \(byHand)"
        }
        guard trace[.dhcpOption160].detail.contains("no DHCP lease") else {
            let silent = trace[.sipPnP].outcome == .nothing ? "Start a SIP PnP server in this network, or give" : "Give"
            return "\(silent) the phone's URL in DHCP option 160, 159 or 66 (dnsmasq:"
                + " dhcp-option=160,http://SERVER/{MODEL}.cfg), \(byHand)"
        }
        return "No DHCP client has told the daemon of a lease: see that one runs on this interface and has its hook"
            + " (phoneprovctl dhcp-event); with a lease, give the URL in option 160, 159 or 66, \(byHand)"
    }

    private static func sentence(_ text: String) -> String {
        text.isEmpty ? "The download failed." : text.prefix(1).uppercased() + text.dropFirst() + "."
    }
}
