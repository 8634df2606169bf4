/// The SIP side of all phones that share one UDP socket: SIP PnP (one SUBSCRIBE to the group, NOTIFY with the URL) and
/// the NOTIFY that makes a phone load its configuration anew.
///
/// A pure value: events and the time go in, actions come out. Sockets, clocks and random numbers are the caller's.
/// It follows RFC 3261 (client transaction of section 17.1.2, stateless server of 8.2.7) and RFC 6665 (Expires 0), and
/// takes the answers of real PnP servers, which follow neither: whatever they do wrong is noted and not held against
/// them, as long as the Call-ID is the phone's own and its window is open.
public struct SIPUserAgent: Sendable {
    /// Settings of one socket.
    public let configuration: Configuration

    var localAddress: SIPAddress?
    var directory = PhoneDirectory()
    var exchanges: [UInt64: PnPExchange] = [:]
    var serialByCallID: [String: UInt64] = [:]
    var openByMAC: [String: UInt64] = [:]
    var closedByMAC: [String: UInt64] = [:]
    var nextSerial: UInt64 = 1
    var recentRequests = RecentRequests()
    var gate = FloodGate()
    var strangerNotes = NoteLimiter(perSecond: SIPLimits.maximumStrangerNotesPerSecond)
    var strangerAnswers = RateLimiter(perSecond: SIPLimits.maximumStrangerAnswersPerSecond)

    /// Makes the user agent of one socket, with no phone and no address yet.
    public init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// Takes an event and says what is to be done, in this order.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - now: monotonic time since any fixed moment; it must not go back.
    /// - Returns: what the caller has to do. Empty when nothing is.
    public mutating func handle(_ event: Event, at now: Duration) -> [Action] {
        let actions = actions(of: event, at: now)
        return actions + openGateWhenNobodyWaits()
    }

    private mutating func actions(of event: Event, at now: Duration) -> [Action] {
        switch event {
        case .phoneAdded(let phone):
            directory.add(phone)
                ? [] : [.note(mac: phone.mac, .phoneRefused(limit: SIPLimits.maximumPhones))]
        case .phoneRemoved(let mac):
            removePhone(mac)
        case .localAddressChanged(let address):
            changeLocalAddress(address)
        case .subscribe(let request):
            subscribe(request, at: now)
        case .closeWindow(let mac):
            closeWindow(mac, at: now)
        case .datagram(let bytes, from: let source):
            receive(bytes, from: source, at: now)
        case .timerFired(let timer):
            fire(timer, at: now)
        }
    }

    private mutating func changeLocalAddress(_ address: SIPAddress) -> [Action] {
        localAddress = address
        return []
    }
}

extension SIPUserAgent {
    /// Settings of one socket.
    public struct Configuration: Hashable, Sendable {
        /// Where SUBSCRIBEs go: 224.0.1.75:5060 unless set otherwise.
        public var group: SIPAddress
        /// `User-Agent` of answers that belong to no phone's exchange. Control characters are left out.
        public var userAgent: String
        /// Accept a NOTIFY with another Call-ID than the SUBSCRIBE's while a window is open. Such a NOTIFY cannot be told
        /// from a forged one; FreeSWITCH's `snom-pnpd.pl` sends it. Off: 481.
        public var allowForeignCallID: Bool
        /// What every Call-ID of the phones begins with, made at random for this socket, so that their exchanges can be
        /// picked out of a flood. Shorter than ``SIPLimits/minimumCallIDPrefix``: they are not.
        public var callIDPrefix: String
        /// Secret that To tags are derived from, so that the same request always gets the same tag (RFC 3261 8.2.7).
        public var tagSeed: UInt64

        /// Makes the settings.
        ///
        /// - Parameters:
        ///   - group: where SUBSCRIBEs go.
        ///   - userAgent: product of the User-Agent header in answers that belong to no exchange.
        ///   - allowForeignCallID: accept NOTIFYs with a foreign Call-ID while a window is open.
        ///   - callIDPrefix: what every Call-ID of the phones begins with.
        ///   - tagSeed: secret for To tags; random unless a test needs the same tags each time.
        public init(
            group: SIPAddress = .pnpGroup,
            userAgent: String,
            allowForeignCallID: Bool = false,
            callIDPrefix: String = "",
            tagSeed: UInt64 = .random(in: .min ... .max)
        ) {
            self.group = group
            self.userAgent = userAgent
            self.allowForeignCallID = allowForeignCallID
            self.callIDPrefix = callIDPrefix
            self.tagSeed = tagSeed
        }
    }

    /// What the user agent must know of a phone.
    public struct Phone: Sendable {
        /// Twelve upper-case hexadecimal digits.
        public let mac: String
        /// CFG_RESYNC_FROM_SIP: the Event of a NOTIFY that makes the phone load its configuration. Empty: none does.
        public let resyncEvent: String
        /// Users that the phone answers to: user parts (PHONE_NUMBER) and whole SIP URIs (SIP_URI) of its lines.
        public let resyncUsers: [String]
        /// The addresses whose NOTIFY the phone obeys, numeric; `nil`: any.
        public let resyncSources: Set<String>?
        /// Why the phone could not load its configuration from a URL; nil when it could. Asked before a NOTIFY's URL is
        /// taken, so that one that leads nowhere does not end the wait for the next server's.
        public let urlProblem: @Sendable (_ url: String) -> String?

        /// Makes a phone.
        ///
        /// - Parameters:
        ///   - mac: twelve hexadecimal digits; kept in upper case.
        ///   - resyncEvent: value of CFG_RESYNC_FROM_SIP.
        ///   - resyncUsers: user parts and SIP URIs; only the first ``SIPLimits/maximumResyncUsers`` are kept.
        ///   - resyncSources: numeric addresses whose NOTIFY is obeyed; `nil`: any.
        ///   - urlProblem: why the phone could not use a URL; `nil` when it could.
        public init(
            mac: String,
            resyncEvent: String,
            resyncUsers: [String] = [],
            resyncSources: Set<String>? = nil,
            urlProblem: @escaping @Sendable (_ url: String) -> String? = { _ in nil }
        ) {
            self.urlProblem = urlProblem
            self.resyncSources = resyncSources
            self.mac = mac.uppercased()
            self.resyncEvent = resyncEvent
            self.resyncUsers = Array(resyncUsers.prefix(SIPLimits.maximumResyncUsers))
        }
    }

    /// What can happen.
    public enum Event: Sendable {
        /// A phone uses this socket from now on. The same MAC again replaces what was known of it.
        case phoneAdded(Phone)
        /// A phone uses it no more. Its exchanges are forgotten at once.
        case phoneRemoved(mac: String)
        /// The address of the interface, and the port that the socket is bound to: what Via and Contact say.
        case localAddressChanged(SIPAddress)
        /// Step 3 of the provisioning sequence begins for a phone: send the SUBSCRIBE. An older window of it is closed.
        case subscribe(SubscribeRequest)
        /// The phone waits no longer. Later NOTIFYs are answered for ``SIPTimers/transactionTimeout`` more.
        case closeWindow(mac: String)
        /// A datagram arrived.
        case datagram([UInt8], from: SIPAddress)
        /// A timer that was scheduled has run out.
        case timerFired(TimerID)
    }

    /// What the caller has to do.
    public enum Action: Equatable, Sendable {
        /// Send a datagram; the address may be the multicast group.
        case send([UInt8], to: SIPAddress)
        /// Report the timer after that time, once. A timer with the same identifier that still runs is replaced.
        case schedule(TimerID, after: Duration)
        /// The timer is not needed any more.
        case cancel(TimerID)
        /// A NOTIFY with a valid URL came while the window was open; at most once for each SUBSCRIBE. The window is closed
        /// with it. The URL is as the server wrote it: macros not replaced, a scheme may be missing.
        case pnpFound(mac: String, url: String, server: PnPServer)
        /// A server refused the SUBSCRIBE. The window stays open for other servers.
        case pnpRefused(mac: String, status: Int, reason: String, server: PnPServer)
        /// The phone has been told to load its configuration anew. The NOTIFY is already answered.
        case resync(mac: String, from: SIPAddress, requestURI: String, event: String)
        /// Whose datagrams the socket takes from now on; everybody's at first.
        case admit(SIPAdmission)
        /// Something worth telling the user. `mac` is nil when it concerns no phone in particular.
        case note(mac: String?, SIPNote)
    }

    /// Names a timer.
    public struct TimerID: Hashable, Sendable {
        /// What a timer is for.
        public enum Kind: Hashable, Sendable {
            /// Timer E: send the SUBSCRIBE again.
            case retransmit
            /// Timers F and N: nobody answered, or no NOTIFY came.
            case timeout
            /// Timer K: the client transaction takes no more responses.
            case responsesEnd
            /// The closed exchange is forgotten.
            case forget
            /// Strangers are heard again after a flood. It belongs to no exchange, its number is 0.
            case floodEnds
        }
        /// Number of the exchange.
        public let exchange: UInt64
        /// What the timer is for.
        public let kind: Kind
    }
}
