import Testing

/// A message of RFC 4475 and what this user agent does with it.
struct TortureMessage: CustomTestStringConvertible {
    enum Reaction: Equatable {
        /// The status that it is answered with.
        case answered(Int)
        /// A response to nothing, which is dropped.
        case dropped
        /// Not taken for a SIP message, and dropped.
        case unreadable
    }

    /// Name of the message in the RFC.
    let name: String
    /// Section of the RFC.
    let section: String
    let reaction: Reaction
    let bytes: [UInt8]

    var testDescription: String { name }

    init(_ name: String, _ section: String, _ reaction: Reaction, _ text: String) {
        self.init(name, section, reaction, bytes: wire(text))
    }

    init(_ name: String, _ section: String, _ reaction: Reaction, bytes: [UInt8]) {
        self.name = name
        self.section = section
        self.reaction = reaction
        self.bytes = bytes
    }

    static var all: [TortureMessage] { valid + invalidSyntax + invalidRequestLine + beyondSyntax + applicationLayer }
}
