import PhoneSettings

/// A configuration file of other models, which the phone does not read.
public enum ForeignDialect: String, Hashable, Sendable {
    /// Text that starts with `# Panasonic SIP Phone Standard Format File #` (KX-UT, KX-TGP, KX-HDV).
    case panasonicText = "the text format of KX-UT, KX-TGP and KX-HDV phones"
    /// Text that starts with `# PCC Standard Format File #`.
    case pccText = "the text format of KX-HDV phones (PCC)"
    /// XML with values in attributes (KX-UT670).
    case attributeXML = "the XML format of KX-UT670 phones, with values in attributes"
}

/// Binary data that is sent where a document should be.
public enum BinaryKind: String, Hashable, Sendable {
    /// RFC 1952.
    case gzip = "compressed by gzip"
    /// A ZIP archive.
    case zip = "a ZIP archive"
    /// A tar archive.
    case tar = "a tar archive"
    /// A PNG, JPEG or GIF image.
    case image = "an image"
    /// A PDF document.
    case pdf = "a PDF document"
    /// An ELF program, or firmware in this form.
    case program = "a program"
    /// Anything else.
    case other = "binary data"
}

/// Where and why a document is not well-formed XML. It never holds text of the document but names that the phone knows.
public struct XMLProblem: Hashable, Sendable {
    /// What libxml2 says, without text of the document.
    public let message: String
    /// Where the parser stood.
    public let position: SourcePosition
    /// The innermost open element that is a parameter or a group of the phone.
    public let element: String?
    /// What usually helps.
    public let remedy: Remedy

    /// What usually helps against a fault in a document.
    public enum Remedy: String, Hashable, Sendable {
        /// A character that XML reserves stands in a value.
        case escape = "correct the file (write &amp; for & and &lt; for < in values)"
        /// The bytes are not in the encoding that the document declares.
        case encoding = "save the file as UTF-8, or declare the encoding that it is in"
        /// Anything else.
        case other = "correct the file"
    }

    /// libxml2's `message` at `position` inside `element`.
    public init(message: String, position: SourcePosition, element: String? = nil, remedy: Remedy = .other) {
        self.message = message
        self.position = position
        self.element = element
        self.remedy = remedy
    }
}

/// Why a configuration file is refused as a whole. It never holds a parameter's value, which may be a secret.
public enum ConfigurationFileError: Error, Hashable, Sendable {
    /// Nothing but blanks.
    case empty
    /// More than `ConfigurationFile.maximumBytes`: as many as this, or more where no more were read.
    case tooLarge(bytes: Int)
    /// Not well-formed XML.
    case notWellFormed(XMLProblem)
    /// Text of which no XML document can come.
    case notXML
    /// An HTML page: what a web server sends for an error or a sign-in.
    case htmlPage
    /// The text `access denied`, which FusionPBX sends with status 200.
    case accessDenied
    /// The text `invalid mac address`, which FusionPBX sends for a MAC that it does not take.
    case invalidMACAddress
    /// A JSON text: what an application programming interface answers.
    case json
    /// What PHP says of an error in the server's own program.
    case phpMessage
    /// Not text at all.
    case binary(BinaryKind)
    /// A file of other models.
    case foreignDialect(ForeignDialect)
    /// Something stands before the XML declaration.
    case contentBeforeDeclaration(bytes: Int)
    /// A document type declaration: never read, since entities of it can name files and grow without end.
    case documentType(SourcePosition)
    /// Elements nest deeper than `ConfigurationFile.maximumDepth`.
    case tooDeep(SourcePosition)
    /// Another root element than PANASIPPhoneConfig.
    case wrongRoot(found: String, SourcePosition)
    /// The file is encrypted, and the phone has no key.
    case encryptedWithoutKey
    /// The key does not open the file, or the file is damaged. `fits` is another key length that would open it.
    case wrongKey(configured: KeyLength, fits: KeyLength?)
    /// A character that base64 does not have, or padding in the middle; offset in bytes from 0.
    case badBase64(offset: Int)
    /// The encrypted file ends early: this many bytes of cipher text, which is none or not whole blocks of 16.
    case truncatedEncryption(bytes: Int)
}

extension ConfigurationFileError {
    /// Where in the document; `nil` for what concerns all of it.
    public var position: SourcePosition? {
        switch self {
        case .notWellFormed(let problem): problem.position
        case .documentType(let position), .tooDeep(let position), .wrongRoot(_, let position): position
        case .contentBeforeDeclaration: SourcePosition(line: 1, column: 1)
        case .empty, .tooLarge, .notXML, .htmlPage, .accessDenied, .invalidMACAddress, .json, .phpMessage, .binary,
            .foreignDialect, .encryptedWithoutKey, .wrongKey, .badBase64, .truncatedEncryption:
            nil
        }
    }

    /// A name that stays the same from version to version, for tools that read reports.
    public var code: String {
        switch self {
        case .empty: "empty-file"
        case .tooLarge: "too-large"
        case .notWellFormed: "not-well-formed"
        case .notXML: "not-xml"
        case .htmlPage: "html-page"
        case .accessDenied: "access-denied"
        case .invalidMACAddress: "invalid-mac-address"
        case .json: "json"
        case .phpMessage: "php-message"
        case .binary: "binary-data"
        case .foreignDialect: "foreign-dialect"
        case .contentBeforeDeclaration: "content-before-declaration"
        case .documentType: "document-type"
        case .tooDeep: "too-deep"
        case .wrongRoot: "wrong-root"
        case .encryptedWithoutKey: "encrypted-without-key"
        case .wrongKey: "wrong-key"
        case .badBase64: "bad-base64"
        case .truncatedEncryption: "truncated-encryption"
        }
    }
}

extension ConfigurationFileError: CustomStringConvertible {
    /// `line:column: message`, or the message alone.
    public var description: String { (position.map { "\($0): " } ?? "") + message }

    /// What is wrong, then what to do.
    public var message: String {
        switch self {
        case .empty: "the file is empty: see why the server sends nothing"
        case .tooLarge:
            "the file has more than \(ConfigurationFile.maximumBytes) bytes, the most that the phone takes: "
                + "make it shorter"
        case .notWellFormed(let problem):
            "not well-formed XML\(problem.element.map { " inside \($0)" } ?? ""): \(problem.message); "
                + problem.remedy.rawValue
        case .notXML: "the file is text, but not XML: see what the server sends for this URL"
        case .htmlPage:
            "the file is an HTML page: the server answers with a page for people, so look at it in a browser"
        case .accessDenied:
            "the file is the text \"access denied\": the server refuses this phone; check its password and MAC there"
        case .invalidMACAddress:
            "the file is the text \"invalid mac address\": the server does not know this phone; add its MAC there"
        case .json: "the file is JSON: this URL is for programs, not for phones; see what the server offers to phones"
        case .phpMessage: "the file is an error message of PHP: the server's own program fails; see its log"
        case .binary(.other): "the file is binary data, not text: see what the server sends for this URL"
        case .binary(let kind): "the file is \(kind.rawValue), not text: let the server send the XML document itself"
        case .foreignDialect(let dialect):
            "the file is in \(dialect.rawValue): offer the XML file of a KX-UTG200B or KX-UTG300B"
        case .contentBeforeDeclaration(let bytes):
            "\(bytes) bytes stand before the XML declaration: let the server send the file from <?xml on"
        case .documentType: "a document type declaration (DOCTYPE) is refused for safety: take it out"
        case .tooDeep: "elements nest deeper than \(ConfigurationFile.maximumDepth): close them"
        case .wrongRoot(let found, _):
            "the root element is \(found) where PANASIPPhoneConfig should stand: "
                + "offer the XML file of a KX-UTG200B or KX-UTG300B"
        case .encryptedWithoutKey:
            "the file is encrypted, but CFG_FILE_KEY is empty: give the key in a plain standard file first"
        case .wrongKey(_, let fits?):
            "the file opens with a key of \(fits.rawValue) bits only: set CFG_FILE_KEY_LENGTH to \(fits.rawValue)"
        case .wrongKey(let configured, nil):
            "CFG_FILE_KEY with AES-\(configured.rawValue)-CBC does not open the file: the server uses another key, "
                + "or the file is damaged"
        case .badBase64(let offset): "the encrypted file is damaged: byte \(offset) is not base64"
        case .truncatedEncryption(let bytes):
            "the encrypted file ends early: \(bytes) bytes of cipher text are not whole blocks of 16"
        }
    }
}
