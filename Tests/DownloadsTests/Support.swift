import Downloads
import Testing

/// Runs a test with an engine and shuts it down after. Unless set, connections stay open for as long as they may: with all
/// tests at once a test can wait for more than ten seconds between two downloads.
func withEngine<Result>(
    _ settings: DownloadEngineSettings = DownloadEngineSettings(idleConnectionLifetime: .seconds(3_600)),
    _ body: (DownloadEngine) async throws -> Result
) async throws -> Result {
    let engine = try DownloadEngine(settings: settings)
    do {
        let result = try await body(engine)
        await engine.shutdown()
        return result
    } catch {
        await engine.shutdown()
        throw error
    }
}

/// The reason why a download fails; records an issue when it does not.
func failure(
    _ engine: DownloadEngine,
    _ request: DownloadRequest,
    sourceLocation: SourceLocation = #_sourceLocation
) async -> DownloadError.Reason? {
    do throws(DownloadError) {
        let download = try await engine.download(request)
        Issue.record("no error, but \(download.outcome)", sourceLocation: sourceLocation)
        return nil
    } catch {
        #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
        return error.reason
    }
}

/// A request with changes.
func request(_ url: String, _ change: (inout DownloadRequest) -> Void = { _ in }) -> DownloadRequest {
    var request = DownloadRequest(url: url)
    request.timeouts = Timeouts(connect: .seconds(3), firstByte: .seconds(3), idle: .seconds(3), total: .seconds(5))
    change(&request)
    return request
}

/// The same with an hour for everything: what ends then does not end because time has run out.
func patient(_ url: String) -> DownloadRequest {
    request(url) {
        $0.timeouts = Timeouts(
            connect: Timeouts.longest,
            firstByte: Timeouts.longest,
            idle: Timeouts.longest,
            total: Timeouts.longest
        )
    }
}

extension ContinuousClock.Instant {
    var age: Duration { ContinuousClock.now - self }
}

/// The bytes that a download brings.
func body(_ engine: DownloadEngine, _ request: DownloadRequest) async throws -> [UInt8] {
    try await engine.download(request).body
}
