/// Writes a request or a response: start line, header fields in the order they are added, body.
public struct SIPMessageWriter: Sendable {
    private var output: [UInt8] = []

    /// Begins a request. Line ends in the texts are left out, so nothing can be smuggled in.
    public init(method: String, requestURI: String) {
        output.reserveCapacity(640)
        append(method)
        output.append(0x20)
        append(requestURI)
        output.append(contentsOf: " SIP/2.0\r\n".utf8)
    }

    /// Begins a response. Line ends in the reason are left out.
    public init(status: Int, reason: String) {
        output.reserveCapacity(640)
        output.append(contentsOf: "SIP/2.0 \(status) ".utf8)
        append(reason)
        output.append(contentsOf: [0x0D, 0x0A])
    }

    /// Adds a header field. Control characters in the value are left out.
    public mutating func add(_ name: String, _ value: String) {
        append(name)
        output.append(contentsOf: [0x3A, 0x20])
        append(value)
        output.append(contentsOf: [0x0D, 0x0A])
    }

    /// Adds a header field whose value comes from another message, byte for byte but for line ends.
    mutating func add(_ name: String, bytes value: some Sequence<UInt8>) {
        append(name)
        output.append(contentsOf: [0x3A, 0x20])
        for byte in value where byte != 0x0D && byte != 0x0A { output.append(byte) }
        output.append(contentsOf: [0x0D, 0x0A])
    }

    /// Ends the message with Content-Length, the empty line and the body.
    public consuming func finish(body: [UInt8] = []) -> [UInt8] {
        add("Content-Length", String(body.count))
        output.append(contentsOf: [0x0D, 0x0A])
        output.append(contentsOf: body)
        return output
    }

    private mutating func append(_ text: String) {
        for byte in text.utf8 where byte >= 0x20 && byte != 0x7F { output.append(byte) }
    }
}

extension SIPMessage {
    /// The message written anew: CRLF line ends, long header field names, no folding, and the Content-Length that the
    /// body has. Header fields without meaning here keep their names; lines that are no header field are left out.
    public func serialized() -> [UInt8] {
        var writer: SIPMessageWriter
        switch startLine {
        case .request(let method, let uri, _):
            writer = SIPMessageWriter(method: text(method), requestURI: text(uri))
        case .response(let status, let reason):
            writer = SIPMessageWriter(status: status, reason: text(reason))
        }
        for header in headers where header.name != .contentLength {
            writer.add(header.name.longForm ?? text(header.nameSlice), bytes: unfolded(header.valueSlice))
        }
        return writer.finish(body: Array(body))
    }
}
