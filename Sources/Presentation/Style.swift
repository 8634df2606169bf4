/// Colour, where it is wanted.
public struct Style: Sendable {
    /// One of the terminal's own colours, so that it fits light and dark ones.
    public enum Colour: Int, Sendable {
        /// It failed.
        case red = 31
        /// It is as it should be.
        case green = 32
        /// It is under way, or not as it should be.
        case yellow = 33
        /// A heading.
        case bold = 1
        /// Of less importance.
        case dim = 2
    }

    /// Whether colours are written.
    public let isColoured: Bool

    /// A style with or without colour.
    public init(isColoured: Bool) { self.isColoured = isColoured }

    /// Without colour.
    public static let plain = Style(isColoured: false)

    /// A text in a colour (ECMA-48 section 8.3.117, SGR).
    public func callAsFunction(_ text: String, _ colour: Colour) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}
