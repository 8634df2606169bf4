/// Makes responses to one request (RFC 3261 section 8.2.6): Vias, From, To, Call-ID and CSeq come from the request.
///
/// Every response goes to the address that the request came from, whatever its Via says: several PnP servers put the
/// phone's own Via into their NOTIFY.
struct SIPResponse {
    private let request: SIPMessage
    private let source: SIPAddress
    private let top: SIPVia?

    /// nil when the request has no Via, so that its sender could not match any response.
    init?(to request: SIPMessage, from source: SIPAddress) {
        guard request.first(.via) != nil else { return nil }
        self.request = request
        self.source = source
        top = try? request.topVia()
    }

    func ok(tag: String, userAgent: String) -> [UInt8] {
        message(.ok, tag: tag, userAgent: userAgent)
    }

    func message(_ answer: SIPAnswer, tag: String, userAgent: String) -> [UInt8] {
        var writer = SIPMessageWriter(status: answer.status, reason: answer.reason)
        var isFirst = true
        for header in request.headers where header.name == .via {
            let value = request.unfolded(header.valueSlice)
            writer.add("Via", bytes: isFirst ? markedWithSource(header, value) : value)
            isFirst = false
        }
        if answer == .ok {
            for header in request.headers where header.name == .recordRoute {
                writer.add("Record-Route", bytes: request.unfolded(header.valueSlice))
            }
        }
        if let from = request.first(.from) { writer.add("From", bytes: request.unfolded(from.valueSlice)) }
        if let to = request.first(.to) {
            var value = request.unfolded(to.valueSlice)
            if needsTag { value += ";tag=\(tag)".utf8 }
            writer.add("To", bytes: value)
        }
        for name in [SIPHeader.Name.callID, .cseq] {
            if let header = request.first(name), let long = name.longForm {
                writer.add(long, bytes: request.unfolded(header.valueSlice))
            }
        }
        for (name, value) in answer.headers { writer.add(name, value) }
        if !userAgent.isEmpty { writer.add("User-Agent", userAgent) }
        return writer.finish()
    }

    /// A To that can be read and has no tag gets one. One that cannot be read goes back as it is.
    private var needsTag: Bool {
        guard let to = try? request.nameAddress(.to) else { return false }
        return request.parameter("tag", in: to.parameters) == nil
    }

    /// The first Via header field with `received`, and with the port in an empty `rport` (RFC 3261 section 18.2.1, RFC
    /// 3581 section 4). Left as it is when it cannot be read, or when it is true already.
    private func markedWithSource(_ header: SIPHeader, _ unfolded: [UInt8]) -> [UInt8] {
        guard let top else { return unfolded }
        let rport = request.parameter("rport", in: top.parameters)
        let asksForPort = rport != nil && rport?.value == nil
        let hasReceived = request.parameter("received", in: top.parameters) != nil
        let sentBy = request.text(top.host)
        guard asksForPort || sentBy != source.uriHost, !hasReceived else { return unfolded }
        let value = header.valueSlice.range
        var result: [UInt8] = []
        var cut = value.lowerBound
        if asksForPort, let name = rport?.name {
            result += request.unfolded(SIPSlice(cut, name.range.upperBound))
            result += "=\(source.port)".utf8
            cut = name.range.upperBound
        }
        result += request.unfolded(SIPSlice(cut, top.slice.range.upperBound))
        while let last = result.last, SIPCharacters.isBlank(last) { result.removeLast() }
        result += ";received=\(source.host)".utf8
        result += request.unfolded(SIPSlice(top.slice.range.upperBound, value.upperBound))
        return result
    }
}
