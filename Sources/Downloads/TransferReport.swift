import CCurl

/// How one leg ended: everything that libcurl and our own counters know, without a judgement.
struct TransferReport: Sendable {
    enum Ending: Sendable, Equatable {
        /// libcurl ended it, with this code and text.
        case curl(CURLcode, String)
        /// Our own limits ended it.
        case firstByteTimeout
        case idleTimeout
        case bodyTooLarge
        case headersTooLarge
        case contentEncoded
        /// The engine did not take it: so many are waiting.
        case overloaded(Int)
        /// The engine could not serve it: a system call failed.
        case noLane(DownloadEngineError)
        case cancelled
    }

    enum Phase: Sendable, Equatable {
        /// Name lookup, connection, handshake, login.
        case connecting
        /// The request is on its way.
        case waiting
        /// The answer has begun.
        case receiving
    }

    var ending: Ending
    var phase: Phase = .connecting
    var headers = ResponseHeaders()
    var body: [UInt8] = []
    var received = 0
    var responseCode = 0
    var proxyResponseCode = 0
    var systemError: Int32 = 0
    var verifyResult = 0
    var offeredAuthentication = 0
    var httpVersion = 0
    var tlsVersion: String?
    var remoteAddress = ""
    var certificates: [TLSFailure.Certificate] = []
    var times = Times()

    /// How long the parts took, from the start of the leg.
    struct Times: Sendable, Equatable {
        var queued = Duration.zero
        var nameLookup = Duration.zero
        var connect = Duration.zero
        var tls = Duration.zero
        var firstByte = Duration.zero
        var total = Duration.zero
    }

    init(ending: Ending) {
        self.ending = ending
    }

    /// The answer stopped in its middle.
    var isStalled: Bool {
        if case .idleTimeout = ending { phase == .receiving } else { false }
    }

    /// The time is over, and nothing has come.
    var isUnansweredTimeout: Bool {
        switch ending {
        case .curl(CURLE_OPERATION_TIMEDOUT, _), .firstByteTimeout: phase != .receiving && received == 0
        default: false
        }
    }
}
