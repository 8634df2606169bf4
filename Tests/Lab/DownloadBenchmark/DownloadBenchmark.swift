import Downloads

/// A thousand downloads of one file, fifty at once, for `benchmarks`; it fails when one does.
///
///     download-benchmark URL BYTES
@main
struct DownloadBenchmark {
    private static let count = 1_000
    private static let atOnce = 50

    private enum Failure: Error {
        case usage
        case size(Int)
    }

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 3, let bytes = Int(words[2]) else { throw Failure.usage }
        let engine = try DownloadEngine()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...count {
                if number > atOnce { try await group.next() }
                group.addTask {
                    let download = try await engine.download(DownloadRequest(url: "\(words[1])?\(number)"))
                    guard download.byteCount == bytes else { throw Failure.size(download.byteCount) }
                }
            }
            try await group.waitForAll()
        }
        await engine.shutdown()
    }
}
