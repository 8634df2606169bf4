/// The parts of a form that carries a file (RFC 7578, multipart/form-data).
struct MultipartForm {
    /// The parts by their names.
    private let parts: [String: [UInt8]]

    /// The most parts that are taken.
    static let maximumParts = 16

    /// The boundary that a Content-Type names (RFC 2046 section 5.1.1); `nil` when it names none that can be.
    static func boundary(ofContentType type: String) -> String? {
        let pieces = type.split(separator: ";").map { $0.drop { $0 == " " } }
        guard pieces.first?.lowercased() == "multipart/form-data" else { return nil }
        for piece in pieces.dropFirst() where piece.lowercased().hasPrefix("boundary=") {
            var value = piece.dropFirst("boundary=".count)
            if value.hasPrefix("\""), value.hasSuffix("\""), value.count > 1 { value = value.dropFirst().dropLast() }
            guard (1...70).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                return nil
            }
            return String(value)
        }
        return nil
    }

    /// Reads a body; `nil` when it is not of this form to its very end.
    init?(_ body: [UInt8], boundary: String) {
        let mark = Array("--\(boundary)".utf8)
        guard body.starts(with: mark) else { return nil }
        var parts: [String: [UInt8]] = [:]
        var position = mark.count
        while true {
            if body[position...].starts(with: Array("--".utf8)) { break }
            guard body[position...].starts(with: Self.lineEnd) else { return nil }
            position += 2
            guard let headEnd = Self.find(Self.lineEnd + Self.lineEnd, in: body, from: position),
                let partEnd = Self.find(Self.lineEnd + mark, in: body, from: headEnd + 2),
                let head = String(validating: body[position..<headEnd], as: UTF8.self), let name = Self.name(in: head)
            else { return nil }
            let content = headEnd + 4 <= partEnd ? Array(body[headEnd + 4..<partEnd]) : []
            guard parts.updateValue(content, forKey: name) == nil, parts.count <= Self.maximumParts else { return nil }
            position = partEnd + 2 + mark.count
        }
        self.parts = parts
    }

    /// The content of a part; `nil` when there is none.
    func bytes(_ name: String) -> [UInt8]? { parts[name] }

    /// The content of a part as text; empty when it is none.
    func text(_ name: String) -> String { parts[name].flatMap { String(validating: $0, as: UTF8.self) } ?? "" }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    /// The name in `Content-Disposition: form-data; name="…"`.
    private static func name(in head: String) -> String? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            guard let start = line.firstRange(of: " name=\"")?.upperBound else { return nil }
            return String(line[start...].prefix { $0 != "\"" })
        }
        return nil
    }

    private static func find(_ wanted: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        guard let first = wanted.first, body.count >= wanted.count, start >= 0 else { return nil }
        var index = start
        while index <= body.count - wanted.count {
            if body[index] == first, body[index...].starts(with: wanted) { return index }
            index += 1
        }
        return nil
    }
}
