extension SIPUserAgent {
    static func deviations(
        ofResponse message: SIPMessage,
        _ sequence: SIPSequence?,
        _ exchange: PnPExchange
    ) -> Set<SIPDeviation> {
        var found = commonDeviations(message)
        if message.tag(.to) == nil, message.status.map({ $0 > 100 }) ?? false { found.insert(.responseWithoutToTag) }
        if sequence?.number != 1 { found.insert(.responseWithOtherCSeq) }
        if let contact = message.first(.contact) {
            let uri = (try? message.nameAddress(.contact)).flatMap { try? SIPURI(message.text($0.uri)) }
            let local = exchange.localAddress
            if contact.valueSlice.isEmpty
                || uri.map({ $0.host == local.uriHost.asciiLowercased && $0.port ?? 5060 == local.port }) ?? false
            {
                found.insert(.uselessContact)
            }
        }
        if let via = try? message.topVia(),
            message.value(of: "branch", in: via.parameters) != exchange.identifiers.branch
        {
            found.insert(.responseWithOtherBranch)
        }
        return found
    }

    static func deviations(
        ofNotify message: SIPMessage,
        _ exchange: PnPExchange,
        responseTag: String?
    ) -> Set<SIPDeviation> {
        var found = commonDeviations(message)
        if let uri = message.requestURI.flatMap({ try? SIPURI($0, schemeRequired: false) }), uri.scheme.isEmpty {
            found.insert(.requestURIWithoutScheme)
        }
        if let via = try? message.topVia() { found.formUnion(deviations(of: via, in: message, exchange)) }
        found.formUnion(tagDeviations(message, exchange, responseTag))
        switch message.subscriptionState {
        case nil: found.insert(.noSubscriptionState)
        case "terminated": break
        default: found.insert(.subscriptionNotTerminated)
        }
        if message.first(.event) == nil {
            found.insert(.noEvent)
        } else if (try? message.event())?.type != "ua-profile" {
            found.insert(.otherEvent)
        }
        return found
    }

    private static func deviations(
        of via: SIPVia,
        in message: SIPMessage,
        _ exchange: PnPExchange
    ) -> Set<SIPDeviation> {
        var found: Set<SIPDeviation> = []
        let branch = message.value(of: "branch", in: via.parameters)
        if let branch, !branch.isEmpty {
            if branch == exchange.identifiers.branch {
                found.insert(.viaReused)
            } else if !branch.asciiLowercased.hasPrefix("z9hg4bk") {
                found.insert(.branchWithoutCookie)
            }
        } else {
            found.insert(.viaWithoutBranch)
        }
        let host = message.text(via.host)
        if host == exchange.destination.uriHost { found.insert(.viaWithGroupAddress) }
        if host == exchange.localAddress.uriHost, via.port ?? 5060 == exchange.localAddress.port {
            found.insert(.viaReused)
        }
        return found
    }

    private static func tagDeviations(
        _ message: SIPMessage,
        _ exchange: PnPExchange,
        _ responseTag: String?
    ) -> Set<SIPDeviation> {
        var found: Set<SIPDeviation> = []
        let fromTag = message.tag(.from)
        let toTag = message.tag(.to)
        if fromTag == exchange.identifiers.fromTag {
            found.insert(.fromAndToNotSwapped)
        } else if let responseTag, let fromTag, fromTag != responseTag {
            found.insert(.fromTagNotFromResponse)
        }
        if fromTag == nil { found.insert(.noFromTag) }
        if toTag == nil {
            found.insert(.noToTag)
        } else if toTag != exchange.identifiers.fromTag {
            found.insert(.otherToTag)
        }
        return found
    }

    private static func commonDeviations(_ message: SIPMessage) -> Set<SIPDeviation> {
        var found: Set<SIPDeviation> = []
        if !message.hasEmptyLine { found.insert(.noEmptyLine) }
        if message.hasBareLineFeed { found.insert(.bareLineFeed) }
        if message.malformedLines > 0 || (try? message.vias()) == nil || (try? message.nameAddress(.from)) == nil
            || (try? message.nameAddress(.to)) == nil || (try? message.sequence()) == nil
        {
            found.insert(.malformedHeader)
        }
        let single: [SIPHeader.Name] = [.from, .to, .callID, .cseq, .event, .subscriptionState, .contentType]
        if single.contains(where: { message.count($0) > 1 }) { found.insert(.repeatedHeader) }
        return found
    }
}
