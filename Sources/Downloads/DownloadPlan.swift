/// A download as a value: which request goes out, and after each report which one next, or how it ends.
///
/// It does no I/O and reads no clock.
struct DownloadPlan {
    enum Step {
        case run(Leg)
        case done(Download)
        case failed(DownloadError)
    }

    /// The longest look at a refused certificate: 5 seconds. It only makes the message better.
    static let longestInspection = Duration.seconds(5)

    private enum Stage {
        case downloading
        case inspecting(TLSFailure.Kind)
    }

    private let request: DownloadRequest
    private let requestedURL: String
    private let roots: Leg.Roots
    private var url: DownloadURL
    private var credentials: Credentials?
    private var redirects: [String] = []
    private var stage = Stage.downloading
    private var queued = Duration.zero
    private var used = Duration.zero
    /// How long a TFTP server's answers have stopped for, all attempts together.
    private var stalled = Duration.zero

    /// Checks the whole request.
    init(_ request: DownloadRequest, systemRoots: Leg.SystemRoots) throws(DownloadError) {
        do throws(DownloadError.Reason) {
            self.url = try RequestCheck.url(request.url)
            try RequestCheck.values(of: request)
            self.roots = try RequestCheck.roots(of: request, systemRoots: systemRoots)
        } catch {
            let masked = DownloadURL.masked(request.url)
            throw DownloadError(url: masked, requestedURL: masked, reason: error)
        }
        self.request = request
        self.requestedURL = url.masked
        self.credentials = url.credentials ?? request.credentials
    }

    /// The first request.
    func start() -> Step { nextLeg() }

    /// What follows from the report of the last leg.
    /// - Parameters:
    ///   - now: Seconds since 1970.
    ///   - elapsed: Since the download began.
    mutating func handle(_ report: TransferReport, now: Int, elapsed: Duration) -> Step {
        // Judged against the time that it had, not against what is left after it.
        let ended = leg(.download)
        queued += report.times.queued
        used += report.times.total
        if case .inspecting(let kind) = stage {
            guard report.ending != .cancelled else { return fail(.cancelled) }
            let fault = CertificateFault.find(kind, in: report.certificates, now: now)
            return fail(.tls(TLSFailure(kind: kind, certificate: fault)))
        }
        if url.scheme == .tftp, report.isUnansweredTimeout {
            let patience = min(request.timeouts.firstByte, request.timeouts.total)
            return patience - used > .milliseconds(100) ? nextLeg() : fail(.firstByteTimeout(after: patience))
        }
        if url.scheme == .tftp, report.isStalled {
            stalled += ended.timeouts.idle
            let mayGoOn = request.timeouts.idle - stalled > .milliseconds(100) && used < request.timeouts.total
            return mayGoOn ? nextLeg() : fail(.idleTimeout(after: request.timeouts.idle, received: report.received))
        }
        switch Verdict(report, leg: ended, now: now) {
        case .outcome(let outcome, let http):
            return .done(download(outcome, http, report, elapsed))
        case .redirect(let location, let http):
            guard request.followsRedirects else {
                return .done(download(.redirect(location: location), http, report, elapsed))
            }
            return follow(location)
        case .certificateRefused(let kind):
            // Through a proxy there is no other way either, so the same settings are used for the look.
            guard request.timeouts.total - used > .milliseconds(100) else {
                return fail(.tls(TLSFailure(kind: kind, certificate: nil)))
            }
            stage = .inspecting(kind)
            return .run(leg(.inspectCertificates))
        case .failure(let reason):
            return fail(reason)
        }
    }

    private mutating func follow(_ location: String) -> Step {
        guard redirects.count < DownloadRequest.maximumRedirects else {
            return fail(.tooManyRedirects(limit: DownloadRequest.maximumRedirects))
        }
        let target: DownloadURL
        do throws(DownloadURL.Problem) {
            target = try DownloadURL(location)
        } catch {
            let masked = DownloadURL.masked(location)
            switch error {
            case .unsupportedScheme(let scheme): return fail(.redirectRefused(to: masked, .scheme(scheme)))
            case .malformed(let why): return fail(.redirectRefused(to: masked, .badURL(why)))
            }
        }
        guard !url.scheme.isEncrypted || target.scheme.isEncrypted else {
            return fail(.redirectRefused(to: target.masked, .downgrade))
        }
        credentials = target.credentials ?? (url.maySendCredentials(to: target) ? credentials : nil)
        redirects.append(url.masked)
        url = target
        guard used < request.timeouts.total else {
            return fail(.totalTimeout(after: request.timeouts.total, received: 0))
        }
        return nextLeg()
    }

    private func nextLeg() -> Step { .run(leg(.download)) }

    private func leg(_ purpose: Leg.Purpose) -> Leg {
        let left = max(request.timeouts.total - used, .milliseconds(1))
        return Leg(
            purpose,
            url: url,
            credentials: purpose == .download ? credentials : nil,
            roots: purpose == .download ? roots : .only([]),
            total: purpose == .download ? left : min(left, Self.longestInspection),
            request: request
        )
    }

    private func fail(_ reason: DownloadError.Reason) -> Step {
        .failed(DownloadError(url: url.masked, requestedURL: requestedURL, reason: reason))
    }

    private func download(
        _ outcome: Download.Outcome,
        _ http: HTTPDetails?,
        _ report: TransferReport,
        _ elapsed: Duration
    ) -> Download {
        Download(
            outcome: outcome,
            http: http,
            effectiveURL: url.masked,
            redirects: redirects,
            tlsVersion: report.tlsVersion,
            remoteAddress: report.remoteAddress,
            durations: Durations(
                queued: queued,
                nameLookup: report.times.nameLookup,
                connect: report.times.connect,
                tls: report.times.tls,
                firstByte: report.times.firstByte,
                total: elapsed
            )
        )
    }
}

extension DownloadURL {
    /// Whether credentials for this URL may go along to the other one: the same host and port, or the same
    /// host with HTTPS, whose certificate shows that it is that host.
    func maySendCredentials(to other: DownloadURL) -> Bool {
        guard host == other.host else { return false }
        return (scheme == other.scheme && port == other.port) || (scheme == .http && other.scheme == .https)
    }
}
