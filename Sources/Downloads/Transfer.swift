import CCurl

/// One leg while libcurl works on it: takes what libcurl calls back with, and counts. It stays on its lane's
/// thread.
final class Transfer {
    /// The size of a body that is not kept (a redirect's or an error's page) and is still read to its end, so
    /// that the connection can serve again: 64 KiB.
    static let discardedBodyLimit = 65_536

    /// When a transfer of the lane may be overdue, shared with the lane.
    final class Alarm {
        /// The earliest moment. It may be too early, never too late.
        var next: ContinuousClock.Instant?
        private var moved: [Transfer] = []

        func pull(to instant: ContinuousClock.Instant) {
            if next.map({ instant < $0 }) ?? true { next = instant }
        }

        /// A transfer got further, and has a new deadline from the end of this turn.
        func note(_ transfer: Transfer) { moved.append(transfer) }

        /// The end of a turn. One look at the clock serves every header line and part of a body in it.
        func settle(at now: ContinuousClock.Instant) {
            for transfer in moved {
                transfer.settle(at: now)
                if let deadline = transfer.deadline { pull(to: deadline) }
            }
            moved.removeAll(keepingCapacity: true)
        }
    }

    let id: UInt64
    let leg: Leg
    let easy: EasyHandle
    var sockets: SocketTable?
    private let alarm: Alarm
    private let added: ContinuousClock.Instant
    private let queued: Duration
    private(set) var phase = TransferReport.Phase.connecting
    private(set) var deadline: ContinuousClock.Instant?
    private var hasMoved = false
    private var stopped: TransferReport.Ending?
    private var headers = ResponseHeaders()
    private var body: [UInt8] = []
    private var received = 0
    private var tlsVersion: String?

    init(id: UInt64, leg: Leg, easy: EasyHandle, queued: Duration, alarm: Alarm) {
        self.id = id
        self.leg = leg
        self.easy = easy
        self.alarm = alarm
        self.queued = queued
        added = .now
    }

    /// The connection stands and a request is about to be sent: the first, or the one with credentials.
    func connectionIsReady() {
        if leg.url.scheme == .https { tlsVersion = TLSLibrary.version(of: easy) }
        headers = ResponseHeaders()
        body = []
        received = 0
        move(to: .waiting)
    }

    /// - Returns: Whether libcurl shall go on.
    func receive(headerLine line: UnsafeBufferPointer<UInt8>) -> Bool {
        // What an FTP server says before it sends the file is not yet the file.
        if leg.url.scheme.isHTTP { dataArrived() }
        guard headers.append(line) else { return stop(.headersTooLarge) }
        return true
    }

    /// - Returns: Whether libcurl shall go on.
    func receive(body bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        dataArrived()
        received += bytes.count
        guard headers.announcesContent else {
            return received <= Self.discardedBodyLimit || stop(.bodyTooLarge)
        }
        guard headers.contentEncoding == nil else { return stop(.contentEncoded) }
        guard received <= leg.maximumBytes else { return stop(.bodyTooLarge) }
        body.append(contentsOf: bytes)
        return true
    }

    /// What libcurl has read of the current body, also of one that it keeps to itself: that of a 401 which it
    /// answers with credentials.
    /// - Returns: Whether libcurl shall go on.
    func progress(downloaded: Int) -> Bool {
        downloaded <= max(leg.maximumBytes, Self.discardedBodyLimit) || stop(.bodyTooLarge)
    }

    /// What ends an overdue transfer; `nil` when it is not overdue.
    func overdue(at now: ContinuousClock.Instant) -> TransferReport.Ending? {
        guard let deadline, deadline <= now else { return nil }
        return phase == .waiting ? .firstByteTimeout : .idleTimeout
    }

    func report(_ ending: TransferReport.Ending) -> TransferReport {
        var report = TransferReport(ending: stopped ?? ending)
        report.phase = phase
        report.headers = headers
        report.body = body
        report.received = received
        report.responseCode = easy.number(CURLINFO_RESPONSE_CODE)
        report.proxyResponseCode = easy.number(CURLINFO_HTTP_CONNECTCODE)
        report.systemError = Int32(truncatingIfNeeded: easy.number(CURLINFO_OS_ERRNO))
        report.verifyResult = easy.number(CURLINFO_SSL_VERIFYRESULT)
        report.offeredAuthentication = easy.number(CURLINFO_HTTPAUTH_AVAIL)
        report.httpVersion = easy.number(CURLINFO_HTTP_VERSION)
        report.tlsVersion = tlsVersion
        report.remoteAddress = remoteAddress
        if leg.purpose == .inspectCertificates { report.certificates = TLSLibrary.certificates(of: easy) }
        report.times.queued = queued
        report.times.nameLookup = easy.time(CURLINFO_NAMELOOKUP_TIME_T)
        report.times.connect = easy.time(CURLINFO_CONNECT_TIME_T)
        report.times.tls = easy.time(CURLINFO_APPCONNECT_TIME_T)
        report.times.firstByte = easy.time(CURLINFO_STARTTRANSFER_TIME_T)
        report.times.total = .now - added
        return report
    }

    private var remoteAddress: String {
        guard let address = easy.text(CURLINFO_PRIMARY_IP), !address.isEmpty else { return "" }
        let port = easy.number(CURLINFO_PRIMARY_PORT)
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    private func dataArrived() { move(to: .receiving) }

    private func move(to phase: TransferReport.Phase) {
        self.phase = phase
        guard !hasMoved else { return }
        hasMoved = true
        alarm.note(self)
    }

    private func settle(at now: ContinuousClock.Instant) {
        hasMoved = false
        deadline = now + (phase == .waiting ? leg.timeouts.firstByte : leg.timeouts.idle)
    }

    private func stop(_ ending: TransferReport.Ending) -> Bool {
        stopped = ending
        return false
    }
}
