/// Writes elements of an SVG 1.1 picture: only presentation attributes, no style sheet and no script, so that it can
/// stand in a page whose policy forbids both.
struct SVGCanvas {
    enum Anchor: String {
        case start, middle, end
    }

    struct Font {
        let size: Double
        var weight = "normal"
        var colour = SVGCanvas.ink
        var anchor = Anchor.start
    }

    static let ink = "#1f2328"
    static let quiet = "#59636e"
    static let line = "#d1d9e0"
    static let band = "#f6f8fa"
    static let family = "Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

    private(set) var elements: [String] = []

    mutating func rectangle(
        _ x: Double,
        _ y: Double,
        _ width: Double,
        _ height: Double,
        fill: String,
        radius: Double = 0
    ) {
        let corner = radius > 0 ? " rx=\"\(Self.number(radius))\"" : ""
        elements.append(
            "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
                + "height=\"\(Self.number(height))\" fill=\"\(fill)\"\(corner)/>"
        )
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, colour: String, width: Double = 1) {
        elements.append(
            "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" "
                + "y2=\"\(Self.number(y2))\" stroke=\"\(colour)\" stroke-width=\"\(Self.number(width))\"/>"
        )
    }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, fill: String, stroke: String) {
        elements.append(
            "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\" fill=\"\(fill)\" "
                + "stroke=\"\(stroke)\" stroke-width=\"1.5\"/>"
        )
    }

    /// An arrow head at a point: to the right for what is sent, to the left for what is received.
    mutating func arrow(_ x: Double, _ y: Double, isSent: Bool, colour: String) {
        let back = isSent ? x - 6 : x + 6
        elements.append(
            "<path d=\"M\(Self.number(x)) \(Self.number(y)) L\(Self.number(back)) \(Self.number(y - 3.5)) "
                + "L\(Self.number(back)) \(Self.number(y + 3.5)) Z\" fill=\"\(colour)\"/>"
        )
    }

    mutating func text(_ text: String, _ x: Double, _ y: Double, _ font: Font) {
        let anchor = font.anchor == .start ? "" : " text-anchor=\"\(font.anchor.rawValue)\""
        let weight = font.weight == "normal" ? "" : " font-weight=\"\(font.weight)\""
        elements.append(
            "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(font.size))\""
                + "\(weight) fill=\"\(font.colour)\"\(anchor)>\(Self.escaped(text))</text>"
        )
    }

    /// The whole picture.
    ///
    /// - Parameters:
    ///   - millimetres: the width when it is printed; the height follows.
    func document(width: Double, height: Double, millimetres: Double, title: String, description: String) -> String {
        let tall = height * millimetres / width
        let head =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.number(millimetres))mm\" "
            + "height=\"\(Self.number(tall))mm\" viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" "
            + "font-family=\"\(Self.family)\" role=\"img\">"
        let names = [
            "<title>\(Self.escaped(title))</title>", "<desc>\(Self.escaped(description))</desc>",
        ]
        return ([head] + names + elements + ["</svg>"]).joined(separator: "\n")
    }

    // MARK: Text

    /// An estimate on the wide side: no font is asked, and what is drawn must fit in any.
    static func width(of text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { sum, scalar in
            let share: Double =
                switch scalar.value {
                case 0x20, 0x21, 0x27, 0x2C, 0x2E, 0x3A, 0x3B, 0x49, 0x69, 0x6A, 0x6C, 0x7C: 0.34
                case 0x41...0x5A, 0x40, 0x6D, 0x77, 0x25: 0.76
                case 0x2026, 0x2190...0x21FF: 1
                case 0x1100...: 1
                default: 0.6
                }
            return sum + share * size
        }
    }

    /// As much of a text as fits; what is longer ends in `…`.
    static func clipped(_ text: String, to width: Double, size: Double) -> String {
        guard Self.width(of: text, size: size) > width else { return text }
        var result = text
        while !result.isEmpty, Self.width(of: result + "…", size: size) > width { result.removeLast() }
        return result + "…"
    }

    /// The lines that a text takes, broken at blanks, and inside a word that is wider than a line.
    static func lines(_ text: String, width: Double, size: Double, limit: Int) -> [String] {
        var lines: [String] = []
        var current = ""
        for word in text.split(separator: " ").flatMap({ pieces(of: String($0), width: width, size: size) }) {
            let longer = current.isEmpty ? word : "\(current) \(word)"
            if Self.width(of: longer, size: size) <= width {
                current = longer
            } else {
                lines.append(current)
                current = word
            }
        }
        if !current.isEmpty { lines.append(current) }
        guard lines.count > limit else { return lines }
        let rest = lines[(limit - 1)...].joined(separator: " ")
        return lines.prefix(limit - 1) + [clipped(rest, to: width, size: size)]
    }

    private static func pieces(of word: String, width: Double, size: Double) -> [String] {
        var pieces: [String] = []
        var piece = ""
        for character in word {
            if Self.width(of: piece + String(character), size: size) > width, !piece.isEmpty {
                pieces.append(piece)
                piece = ""
            }
            piece.append(character)
        }
        return pieces + [piece]
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in SafeText.of(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // The two characters outside the surrogates that XML 1.0 does not have.
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A number with at most one decimal, never with an exponent.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }
}
