/// Names a download within a sequence.
public struct DownloadID: Sendable, Hashable {
    /// Counts up; a number is used once.
    public let number: Int
}

/// What a download is for.
public enum DownloadPurpose: Sendable, Hashable {
    /// Step 7. Redirects are not followed: they are the answer.
    case redirection
    /// The file at the provisioning URL.
    case initial
    /// CFG_ROOT_CERTIFICATE_PATH1 to PATH3.
    case rootCertificate(Int)
    /// One of the files that the initial file names.
    case deviceFile(FileRole)

    /// A few words for a screen.
    public var name: String {
        switch self {
        case .redirection: "redirection server"
        case .initial: "initial file"
        case .rootCertificate(let number): "root certificate \(number)"
        case .deviceFile(let role): "\(role.rawValue) file"
        }
    }
}

/// A download that the sequence wants.
public struct DownloadOrder: Sendable, Hashable {
    /// Names it in the answer.
    public let id: DownloadID
    /// What it is for.
    public let purpose: DownloadPurpose
    /// The complete URL, credentials included.
    public let url: String
    /// The URL of the initial file, credentials included: where this run was led to.
    public let initialURL: String
    /// Where the provisioning URL came from: the credentials for a URL of step 2 are others than for the rest.
    public let source: ProvisioningSource
    /// More URLs follow when this one fails, because no protocol was given: it may have less time.
    public let isOneOfSeveralTries: Bool
}

/// How a download ended.
public enum DownloadResult: Sendable, Hashable {
    /// A configuration document that can be applied.
    case document(FetchedDocument)
    /// A root certificate, now trusted; the detail says how many certificates there were.
    case certificate(detail: String)
    /// The redirection server's answer is a URL.
    case redirect(url: String, detail: String)
    /// It could not be had, or is not acceptable: why, and what to do.
    case failed(String, because: FailureCause = .other)
}

/// What a failed download means for what comes next.
public enum FailureCause: Sendable, Hashable {
    /// Nothing more than that it failed.
    case other
    /// The server asks to come back later: HTTP 429 or 503 with Retry-After, as a time from now.
    case busy(retryAfter: Duration)
}

/// What the sequence must know of a document. Its settings stay with the caller.
public struct FetchedDocument: Sendable, Hashable {
    /// Where it came from in the end, after redirects, credentials included.
    public let url: String
    /// The same as the saved copy.
    public let isUnchanged: Bool
    /// Size in bytes, as received.
    public let bytes: Int
    /// SHA-256 of what was received, in hexadecimal.
    public let sha256: String
    /// The paths in `initial`, as they stand there; `nil` without that part.
    public let names: InitialPart?
    /// There are settings in it.
    public let hasSettings: Bool
    /// One sentence: status, protocol, time.
    public let detail: String
    /// Messages of the document's check, for the trace.
    public let messages: [String]
    /// How many of them are errors, which left a setting out.
    public let errors: Int

    /// What an `initial` part names. An empty path names nothing.
    public struct InitialPart: Sendable, Hashable {
        /// CFG_ROOT_CERTIFICATE_PATH1 to PATH3.
        public let rootCertificates: [String]
        /// CFG_STANDARD_FILE_PATH.
        public let standard: String
        /// CFG_PRODUCT_FILE_PATH.
        public let product: String
        /// CFG_MASTER_FILE_PATH.
        public let master: String

        /// Makes a description of an `initial` part.
        public init(rootCertificates: [String] = [], standard: String = "", product: String = "", master: String = "") {
            self.rootCertificates = rootCertificates
            self.standard = standard
            self.product = product
            self.master = master
        }

        func path(of role: FileRole) -> String {
            switch role {
            case .initial: ""
            case .standard: standard
            case .product: product
            case .master: master
            }
        }
    }

    /// Makes a description of a document.
    public init(
        url: String,
        isUnchanged: Bool,
        bytes: Int,
        sha256: String,
        names: InitialPart?,
        hasSettings: Bool,
        detail: String,
        messages: [String] = [],
        errors: Int = 0
    ) {
        self.url = url
        self.isUnchanged = isUnchanged
        self.bytes = bytes
        self.sha256 = sha256
        self.names = names
        self.hasSettings = hasSettings
        self.detail = detail
        self.messages = messages
        self.errors = errors
    }
}
