/// Why a request cannot be processed, and what to answer.
struct SIPRequestProblem: CustomStringConvertible {
    let answer: SIPAnswer
    let description: String

    static func bad(_ reason: String) -> SIPRequestProblem {
        SIPRequestProblem(answer: .badRequest(reason), description: "")
    }
}

extension SIPMessage {
    /// Header fields that may stand only once and that this user agent reads.
    private static var singleHeaders: [SIPHeader.Name] {
        [.from, .to, .callID, .cseq, .maxForwards, .event, .subscriptionState, .contentType]
    }

    /// What is wrong with a request that belongs to no exchange. NOTIFYs of exchanges are not held to this.
    func requestProblem(of method: SIPMethod) -> SIPRequestProblem? {
        guard case .request(_, let uri, let version) = startLine else { return nil }
        if text(version).asciiLowercased != "sip/2.0" {
            return SIPRequestProblem(answer: .unsupportedVersion, description: text(version))
        }
        do throws(SIPValueError) {
            _ = try vias()
            for name in [SIPHeader.Name.from, .to] { _ = try nameAddress(name) }
            let sequence = try sequence()
            if case .unknown = method {
                // Whether its CSeq fits is of no interest for a method that nobody knows.
            } else if sequence.method != method {
                return .bad("CSeq of another method")
            }
        } catch {
            return .bad(error.description)
        }
        if first(.callID)?.valueSlice.isEmpty ?? true {
            return .bad(SIPValueError.missing(field: "Call-ID").description)
        }
        for name in Self.singleHeaders where count(name) > 1 { return .bad("Several \(name.longForm ?? "")") }
        if let value = first(.maxForwards)?.valueSlice {
            var scanner = SIPScanner(bytes, value)
            guard scanner.decimal(limit: 255) != nil, scanner.isAtEnd else { return .bad("Malformed Max-Forwards") }
        }
        switch contentLength {
        case .invalid: return .bad("Malformed Content-Length")
        case .bytes(let count) where count > payload.count: return .bad("Content-Length larger than the body")
        case .bytes, .absent: break
        }
        return requestURIProblem(uri, method)
    }

    /// Blanks after the version are forgiven: the request is as clear as without them. Which phone a NOTIFY means is found
    /// out later, and a single phone is meant whatever its Request-URI says; so that need not be a URI.
    private func requestURIProblem(_ slice: SIPSlice, _ method: SIPMethod) -> SIPRequestProblem? {
        guard case .request(let methodSlice, _, let version) = startLine,
            slice.range.lowerBound == methodSlice.range.upperBound + 1,
            slice.range.upperBound == version.range.lowerBound - 1
        else { return .bad("Malformed Request-Line") }
        if method == .notify { return nil }
        let text = text(slice)
        guard let uri = try? SIPURI(text), uri.headers == nil else { return .bad("Malformed Request-URI") }
        return uri.isSIP ? nil : SIPRequestProblem(answer: .unsupportedScheme, description: text)
    }

    /// The option tags of Require, none of which this user agent supports; nil when there are none.
    func unsupportedExtensions() -> String? {
        let values = headers.filter { $0.name == .require && !$0.valueSlice.isEmpty }
            .prefix(SIPLimits.maximumValues).map { unfoldedText($0.valueSlice) }
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }
}
