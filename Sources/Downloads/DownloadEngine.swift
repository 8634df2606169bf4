import CCurl
import Synchronization

/// What a ``DownloadEngine`` may use.
public struct DownloadEngineSettings: Sendable, Hashable {
    /// The number of transfers at once, from 1 to 4,096. 256 unless set; each needs one file descriptor, FTP
    /// two, a name lookup two and a thread.
    public var maximumTransfers: Int

    /// The number of transfers at once with one server, from 1 to ``maximumTransfers``. 64 unless set. So four
    /// servers that do not answer still leave no other waiting.
    public var maximumTransfersPerServer: Int

    /// The number of downloads that may wait for a free place, from 0 to 1,000,000. 16,384 unless set. One
    /// more is refused with ``DownloadError/Reason/overloaded(limit:)``.
    public var maximumWaiting: Int

    /// The file with the system's root certificates, PEM. Debian's unless set.
    public var systemRoots: String

    /// A folder with the same certificates under hashed names (openssl-rehash(1)), used instead of
    /// ``systemRoots`` for requests that bring roots of their own: OpenSSL then reads only the certificate it
    /// needs, and not 140 for each connection (3 ms instead of 38, measured on Debian 12). Debian's unless set;
    /// `nil`: there is none.
    public var systemRootsFolder: String?

    /// How long open connections are kept after the last download, from 0 to one hour. 10 seconds unless set.
    public var idleConnectionLifetime: Duration

    /// Settings, with the defaults that each property names.
    public init(
        maximumTransfers: Int = 256,
        maximumTransfersPerServer: Int = 64,
        maximumWaiting: Int = 16_384,
        systemRoots: String = "/etc/ssl/certs/ca-certificates.crt",
        systemRootsFolder: String? = "/etc/ssl/certs",
        idleConnectionLifetime: Duration = .seconds(10)
    ) {
        self.maximumTransfers = maximumTransfers
        self.maximumTransfersPerServer = maximumTransfersPerServer
        self.maximumWaiting = maximumWaiting
        self.systemRoots = systemRoots
        self.systemRootsFolder = systemRootsFolder
        self.idleConnectionLifetime = idleConnectionLifetime
    }

    func check() throws(DownloadEngineError) {
        guard (1...4096).contains(maximumTransfers) else {
            throw .badSetting("maximumTransfers is \(maximumTransfers), and must be from 1 to 4096")
        }
        guard (1...maximumTransfers).contains(maximumTransfersPerServer) else {
            throw .badSetting(
                "maximumTransfersPerServer is \(maximumTransfersPerServer), and must be from 1 to \(maximumTransfers)"
            )
        }
        guard (0...1_000_000).contains(maximumWaiting) else {
            throw .badSetting("maximumWaiting is \(maximumWaiting), and must be from 0 to 1000000")
        }
        guard (.zero ... .seconds(3600)).contains(idleConnectionLifetime) else {
            throw .badSetting("idleConnectionLifetime is \(idleConnectionLifetime), and must be from 0 to 3600 seconds")
        }
        for path in [systemRoots, systemRootsFolder ?? "/"]
        where !path.hasPrefix("/") || path.utf8.contains(where: { $0 < 0x20 }) {
            throw .badSetting("systemRoots or systemRootsFolder is not an absolute path")
        }
    }
}

/// Downloads files over HTTP, HTTPS, FTP and TFTP with libcurl.
///
/// HTTP, HTTPS and TFTP share one thread with one libcurl multi handle; nothing a server does makes another
/// one wait. libcurl blocks during an FTP transfer (for the server's reply after the last byte, measured with
/// 7.88.1), so those have up to ``ftpLanes`` threads of their own, which exist from the first FTP download on.
/// Without downloads all threads are blocked and, after
/// ``DownloadEngineSettings/idleConnectionLifetime``, no connection is open.
///
/// What a phone does not do is off: cookies, `.netrc`, HSTS, compressed content, the environment's proxies,
/// HTTP/2. TLS is 1.2 or 1.3.
public final class DownloadEngine: Sendable {
    /// The number of threads for FTP: 16. More FTP downloads at once share them.
    public static let ftpLanes = 16

    private struct FTPLanes {
        var lanes: [Lane] = []
        var isShutDown = false
    }

    private let settings: DownloadEngineSettings
    private let web: Lane
    private let ftp = Mutex(FTPLanes())

    /// Starts the engine's thread.
    /// - Throws: ``DownloadEngineError`` when libcurl is too old, a setting is out of range, or the system
    ///   gives no thread.
    public init(settings: DownloadEngineSettings = DownloadEngineSettings()) throws(DownloadEngineError) {
        try settings.check()
        try CurlLibrary.check()
        self.settings = settings
        web = try Lane(settings: settings, mayBlock: false)
    }

    deinit {
        web.stop()
        ftp.withLock { for lane in $0.lanes { lane.stop() } }
    }

    /// Downloads one file. Cancelling the task ends it, with ``DownloadError/Reason/cancelled``.
    /// - Throws: ``DownloadError``.
    public func download(_ request: DownloadRequest) async throws(DownloadError) -> Download {
        let clock = ContinuousClock()
        let start = clock.now
        var plan = try DownloadPlan(
            request,
            systemRoots: Leg.SystemRoots(file: settings.systemRoots, folder: settings.systemRootsFolder)
        )
        var step = plan.start()
        while true {
            switch step {
            case .run(let leg):
                let report = await run(leg)
                step = plan.handle(report, now: CurlLibrary.secondsSince1970, elapsed: clock.now - start)
            case .done(let download): return download
            case .failed(let error): throw error
            }
        }
    }

    /// Open connections are used no more: an address of this machine has changed, and a connection from the old one
    /// would be waited on until a time-out. Downloads that run go on.
    public func forgetConnections() {
        web.forgetConnections()
        for lane in ftp.withLock({ $0.lanes }) { lane.forgetConnections() }
    }

    /// Ends all downloads, which throw ``DownloadError/Reason/cancelled``, as do later ones. Returns when all
    /// connections are closed.
    public func shutdown() async {
        let lanes = ftp.withLock {
            $0.isShutDown = true
            return $0.lanes
        }
        await web.shutdown()
        for lane in lanes { lane.stop() }
        for lane in lanes { await lane.shutdown() }
    }

    private func run(_ leg: Leg) async -> TransferReport {
        guard !Task.isCancelled else { return TransferReport(ending: .cancelled) }
        do {
            let lane = leg.url.scheme == .ftp ? try reserveFTPLane() : web.reserve() ? web : nil
            guard let lane else { return TransferReport(ending: .overloaded(settings.maximumWaiting)) }
            return await lane.run(leg)
        } catch {
            return TransferReport(ending: .noLane(error))
        }
    }

    /// A place on the FTP lane with the least to do: one with nothing, a new one, or the least busy.
    private func reserveFTPLane() throws(DownloadEngineError) -> Lane? {
        try ftp.withLock { state throws(DownloadEngineError) in
            let least = state.lanes.map { (lane: $0, load: $0.load) }.min { $0.load < $1.load }
            var lane = least?.lane
            if least.map({ $0.load > 0 }) ?? true, state.lanes.count < Self.ftpLanes, !state.isShutDown {
                let new = try Lane(settings: settings, mayBlock: true)
                state.lanes.append(new)
                lane = new
            }
            // After the shutdown there may be no lane at all; the HTTP one turns everything away as well.
            let chosen = lane ?? web
            return chosen.reserve() ? chosen : nil
        }
    }
}
