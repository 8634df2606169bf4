@testable import SIP

/// A datagram is parsed, printed and parsed again: both readings must agree in every part.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSIPMessage(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let message: SIPMessage
    do throws(SIPParseError) {
        message = try SIPMessage.parse(input(data, count))
    } catch {
        invariant(error.description.isOneLine, "error of several lines: \(error)")
        return 0
    }
    message.checkPlaces()
    message.checkURL()
    let printed = message.serialized()
    do throws(SIPParseError) {
        Agreement(first: message, second: try SIPMessage.parse(printed)).check()
    } catch {
        invariant(message.growsBeyondLimits(printed), "what was printed is refused: \(error)")
    }
    return 0
}

extension SIPMessage {
    /// Every part lies within the datagram, in its order, and no table is over its limit.
    func checkPlaces() {
        invariant(headers.count <= SIPLimits.maximumHeaders, "\(headers.count) header fields")
        invariant(malformedLines <= SIPLimits.maximumHeaders, "\(malformedLines) malformed lines")
        invariant(payload.range.upperBound == bytes.count, "the payload does not end with the datagram")
        var end = 0
        switch startLine {
        case .request(let method, let uri, let version):
            for slice in [method, uri, version] {
                invariant(!slice.isEmpty && slice.range.lowerBound >= end, "start line out of order")
                end = slice.range.upperBound
            }
        case .response(let status, let reason):
            invariant((100...699).contains(status), "status \(status)")
            end = reason.range.upperBound
        }
        for header in headers {
            invariant(header.nameSlice.range.lowerBound >= end, "header fields out of order")
            invariant(header.valueSlice.range.lowerBound > header.nameSlice.range.upperBound, "value before its name")
            end = header.valueSlice.range.upperBound
            invariant(header.valueSlice.count <= SIPLimits.maximumLineLength, "value of \(header.valueSlice.count)")
        }
        invariant(payload.range.lowerBound >= end, "the payload begins within the header fields")
        invariant(body.startIndex == payload.range.lowerBound && body.count <= payload.count, "body beyond payload")
    }

    /// A URL that is taken out of a NOTIFY can stand in a log and is within its limit.
    func checkURL() {
        guard case .success(let url) = PnPURL(in: self).url else { return }
        invariant(url.utf8.count <= SIPLimits.maximumURLLength, "URL of \(url.utf8.count) bytes")
        invariant(!url.isEmpty && url.isOneLine && !url.utf8.contains(0x20), "URL with blanks: \(url)")
    }

    /// Whether printing adds so much that a message near a limit is now over it: Content-Length, long names for compact
    /// ones, and U+FFFD for bytes that are not UTF-8.
    func growsBeyondLimits(_ printed: [UInt8]) -> Bool {
        printed.count > SIPLimits.maximumDatagramLength
            || headers.lazy.filter { $0.name != .contentLength }.count == SIPLimits.maximumHeaders
            || printed.split(separator: 0x0A).contains { $0.count > SIPLimits.maximumLineLength }
    }
}
