import Downloads
import Provisioning
import Synchronization

/// What is learnt of one download on its way, for the trace.
final class TransferNote: Sendable {
    private struct State {
        var answer: Answer?
        var failure: String?
        var status: Int?
        var retryAfter: Duration?
    }

    private struct Answer {
        let redirects: [String]
        let version: String?
        let status: Int?
        let tls: String?
        let bytes: Int
        let server: String?
    }

    private let began = WallTime.now
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    func take(_ download: Download) {
        let scheme = download.effectiveURL.prefix { $0 != ":" }.lowercased()
        let answer = Answer(
            redirects: download.redirects.map(ProvisioningURL.maskingQuerySecrets),
            version: download.http.map { "HTTP/\($0.version)" } ?? scheme.uppercased(),
            status: download.http?.status,
            tls: download.tlsVersion,
            bytes: download.byteCount,
            server: download.remoteAddress.isEmpty ? nil : download.remoteAddress
        )
        state.withLock { $0.answer = answer }
    }

    func fail(_ error: DownloadError) {
        let (status, retryAfter): (Int?, Duration?) =
            switch error.reason {
            case .httpStatus(let status, let wait): (status, wait)
            case .unauthorized: (401, nil)
            case .unexpectedNotModified: (304, nil)
            default: (nil, nil)
            }
        state.withLock {
            $0.failure = error.code
            $0.status = status
            $0.retryAfter = retryAfter
        }
    }

    func fail(_ code: String) { state.withLock { $0.failure = code } }

    func fact(of order: DownloadOrder) -> TransferFact {
        let state = state.withLock { $0 }
        var fact = TransferFact(
            step: order.purpose == .redirection ? .redirection : .download,
            purpose: order.purpose.name,
            at: began,
            milliseconds: (ContinuousClock.now - start).milliseconds,
            url: ProvisioningURL.masked(order.url)
        )
        fact.failure = state.failure
        fact.status = state.status
        fact.retryAfterSeconds = state.retryAfter?.components.seconds
        guard let answer = state.answer else { return fact }
        fact.redirects = answer.redirects
        fact.protocolVersion = answer.version
        fact.status = answer.status
        fact.tls = answer.tls
        fact.bytes = answer.bytes
        fact.server = answer.server
        return fact
    }
}
