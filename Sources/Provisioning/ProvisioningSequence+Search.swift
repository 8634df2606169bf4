// Steps 2 to 7: looking for the provisioning URL.

extension ProvisioningSequence {
    mutating func lookForURL(_ now: Moment) -> [Action] {
        guard settings.provisioningEnabled else {
            return skip(.urlSetByHand ... .savedFiles, "PROVISION_ENABLE is N")
                + finish(files: [], now, outcome: .disabled)
        }
        enter(.urlSetByHand, now)
        switch settings.provisioningURL {
        case .empty:
            let actions = end(.urlSetByHand, .nothing, "USR_PROV_SVR_URL is empty", now)
            guard addresses != .none else {
                return actions + waitForAddress(before: .sipPnP, now)
            }
            return actions + sipPnP(now)
        case .manual(let url):
            let origin = settings.manualURLOrigin.isEmpty ? "" : " (\(settings.manualURLOrigin))"
            let detail = "USR_PROV_SVR_URL, set by the user\(origin): \(ProvisioningURL.masked(url))"
            return found(url, .manual, at: .urlSetByHand, detail, now)
        case .stored(let url, let place):
            let detail = "USR_PROV_SVR_URL, from \(place): \(ProvisioningURL.masked(url))"
            return found(url, .stored, at: .urlSetByHand, detail, now)
        }
    }

    private mutating func waitForAddress(before step: ProvisioningStep, _ now: Moment) -> [Action] {
        state = .waitingForAddress(before: step)
        enter(step, now, detail: "the interface has no address yet: waiting for one")
        return []
    }

    mutating func addressArrived(before step: ProvisioningStep, _ now: Moment) -> [Action] {
        addressesAtStart = addresses
        run?[step].note("the interface got an address")
        return step == .download ? downloadInitial(now) : sipPnP(now)
    }

    // MARK: Step 3

    private mutating func sipPnP(_ now: Moment) -> [Action] {
        guard addresses.hasIPv4 || addresses.hasIPv6 && settings.pnpOverIPv6 else {
            return skip(.sipPnP ... .dhcpOption159, "the interface has no IPv4 address") + dhcpOptions(now)
        }
        guard settings.sipPnPEnabled else {
            return skip(.sipPnP, "SIPPNP_ENABLE is N") + dhcpOptions(now)
        }
        state = .awaitingNotify
        enter(.sipPnP, now, detail: "waiting for a NOTIFY")
        if !addresses.hasIPv4 {
            run?[.sipPnP].note("the interface has no IPv4 address: asking over IPv6 alone, as sipPnP.group6 is set")
        }
        return askLease() + [.schedule(.pnpWindow, after: settings.pnpWindow), .startPnP]
    }

    mutating func pnpFound(_ url: String, _ detail: String, _ now: Moment) -> [Action] {
        guard case .awaitingNotify = state else { return [] }
        // Anybody on the link may send a NOTIFY, so its URL must be one to the letter, once the macros are replaced.
        switch complete(url) {
        case .failure(let invalid):
            run?[.sipPnP].note("\(detail): not taken, \(invalid)")
            return []
        case .success(let completed) where completed.hasUnknownMacro:
            run?[.sipPnP].note("\(detail): not taken, it has a macro that is not known")
            return []
        case .success:
            break
        }
        return [.cancel(.pnpWindow), .stopPnP] + found(url, .sipPnP, at: .sipPnP, detail, now)
    }

    mutating func pnpFailed(_ reason: String, _ now: Moment) -> [Action] {
        guard case .awaitingNotify = state else { return [] }
        return [.cancel(.pnpWindow)] + end(.sipPnP, .failed, reason, now) + dhcpOptions(now)
    }

    mutating func pnpWindowClosed(_ now: Moment) -> [Action] {
        guard case .awaitingNotify = state else { return [] }
        let seconds = settings.pnpWindow.components.seconds
        return [.stopPnP] + end(.sipPnP, .nothing, "no NOTIFY with a valid URL within \(seconds) s", now)
            + dhcpOptions(now)
    }

    // MARK: Steps 4 to 6

    mutating func dhcpOptions(_ now: Moment) -> [Action] {
        var actions = askLease()
        if case .asked = leaseQuestion {
            state = .awaitingLease
            enter(.dhcpOption160, now, detail: "waiting for the DHCP server's answer")
            return actions
        }
        leaseAtStart = lease
        if addresses.hasIPv4 {
            let options: [(ProvisioningStep, ProvisioningSource, Bool, LeaseOffer.Value, String, String)] = [
                (.dhcpOption160, .dhcp160, settings.option160Enabled, lease.option160, "160", "OPTION160_ENABLE"),
                (.dhcpOption159, .dhcp159, settings.option159Enabled, lease.option159, "159", "OPTION159_ENABLE"),
                (.dhcpOption66, .dhcp66, settings.option66Enabled, lease.option66, "66", "OPTION66_ENABLE"),
            ]
            for (step, source, isEnabled, value, code, parameter) in options {
                let name = "option \(code)"
                let hasLease = lease.hasIPv4Lease
                switch look(
                    at: value,
                    of: hasLease,
                    origin: lease.origin,
                    named: name,
                    isEnabled: isEnabled,
                    parameter: parameter
                ) {
                case .found(let url, let detail):
                    return actions + found(url, source, at: step, detail, now)
                case .nothing(let reason):
                    actions += end(step, .nothing, reason, now)
                case .skipped(let reason):
                    actions += skip(step, reason)
                }
            }
        } else {
            let lost = "the interface has no IPv4 address"
            actions += skip(.dhcpOption160...(addresses.hasIPv6 ? .dhcpOption159 : .dhcpOption66), lost)
        }
        if addresses.hasIPv6 {
            switch look(
                at: lease.dhcpv6,
                of: lease.hasIPv6Lease,
                named: "DHCPv6 option 17",
                isEnabled: settings.dhcpv6Enabled,
                parameter: "DHCPV6_OPTION17_PROV_ENABLE"
            ) {
            case .found(let url, let detail):
                return actions + found(url, .dhcpv6, at: .dhcpOption66, detail, now)
            case .nothing(let reason), .skipped(let reason):
                run?[.dhcpOption66].note(reason)
                if !addresses.hasIPv4 {
                    actions += end(.dhcpOption66, .nothing, "\(reason); option 66 needs an IPv4 address", now)
                }
            }
        }
        return actions + redirection(now)
    }

    private enum Look {
        case found(url: String, detail: String)
        case nothing(String)
        case skipped(String)
    }

    private func look(
        at value: LeaseOffer.Value,
        of hasLease: Bool,
        origin: String = "",
        named name: String,
        isEnabled: Bool,
        parameter: String
    ) -> Look {
        guard isEnabled else { return .skipped("\(parameter) is N") }
        switch value {
        case .absent:
            return .nothing(
                hasLease
                    ? "the lease has no \(name)\(origin.isEmpty ? "" : " (\(origin))")"
                    : "no \(name): there is no DHCP lease (none came from a DHCP client's hook, or it has ended)"
            )
        case .refused(let reason):
            return .nothing("\(name) cannot be used: \(reason)")
        case .text(let text, let detail):
            if case .failure(let invalid) = complete(text) {
                return .nothing("\(name) cannot be used: \(invalid)")
            }
            let given = "\(name): \(ProvisioningURL.masked(text))"
            return .found(url: text, detail: detail.isEmpty ? given : "\(given) (\(detail))")
        }
    }

    // MARK: Step 7

    private mutating func redirection(_ now: Moment) -> [Action] {
        guard addresses.hasIPv4 else {
            let reason = "the interface has no IPv4 address: the redirection server is not asked"
            return skip(.redirection, reason) + noURL(now)
        }
        guard !settings.redirectionURL.isEmpty else {
            return end(.redirection, .failed, "no redirection server is set (redirection.url)", now) + noURL(now)
        }
        enter(.redirection, now)
        do throws(ProvisioningURL.Invalid) {
            let url = try ProvisioningURL(exactly: settings.redirectionURL, for: identity).candidates[0]
            let order = order(.redirection, url, isOneOfSeveralTries: false)
            state = .askingRedirection(order.id)
            run?[.redirection].detail = "asking \(ProvisioningURL.masked(url))"
            return [.download(order)]
        } catch {
            return end(.redirection, .failed, "redirection.url: \(error)", now) + noURL(now)
        }
    }

    mutating func redirectionAnswered(_ result: DownloadResult, _ now: Moment) -> [Action] {
        switch result {
        case .redirect(let url, let detail):
            if case .failure(let invalid) = complete(url) {
                return end(.redirection, .failed, "\(detail): \(invalid)", now) + noURL(now)
            }
            return found(url, .redirection, at: .redirection, detail, now)
        case .document(let document):
            run?.source = .redirection
            run?.url = ProvisioningURL.masked(document.url)
            let actions = end(.redirection, .found, "the answer is an initial file: \(document.detail)", now)
            enter(.download, now)
            return actions + initialArrived(document, now)
        case .failed(let reason, _):
            return end(.redirection, .failed, reason, now) + noURL(now)
        case .certificate(let detail):
            return end(.redirection, .failed, "the answer is a certificate: \(detail)", now) + noURL(now)
        }
    }

    private mutating func noURL(_ now: Moment) -> [Action] {
        skip(.download, "no source gave a provisioning URL")
            + useSavedFiles(because: "no source gave a provisioning URL", now)
    }

    // MARK: A URL was found

    private func complete(_ url: String) -> Result<ProvisioningURL, ProvisioningURL.Invalid> {
        Result { () throws(ProvisioningURL.Invalid) in
            try ProvisioningURL(completing: url, for: identity)
        }
    }

    private mutating func found(
        _ url: String,
        _ source: ProvisioningSource,
        at step: ProvisioningStep,
        _ detail: String,
        _ now: Moment
    ) -> [Action] {
        run?.source = source
        run?.url = ProvisioningURL.masked(identity.expandingMacros(in: url))
        initialURL = url
        var actions = end(step, .found, detail, now)
        if step < .redirection, let next = ProvisioningStep(rawValue: step.rawValue + 1) {
            actions += skip(next ... .redirection, "step \(step.rawValue) gave the URL")
        }
        guard addresses != .none else { return actions + waitForAddress(before: .download, now) }
        return actions + downloadInitial(now)
    }
}
