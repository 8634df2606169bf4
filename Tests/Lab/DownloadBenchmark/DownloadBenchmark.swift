import Downloads

/// A thousand downloads of one file, fifty at once, for `benchmarks`; it fails when one does.
///
///     download-benchmark phones|tasks URL BYTES
///
/// `phones`: fifty tasks with twenty downloads each, as phones do them; `tasks`: a task for each download.
@main
struct DownloadBenchmark {
    private static let atOnce = 50
    private static let filesEach = 20

    private enum Failure: Error {
        case usage
        case size(Int)
    }

    private struct Server: Sendable {
        let engine: DownloadEngine
        let url: String
        let bytes: Int

        func download(_ number: Int) async throws {
            let download = try await engine.download(DownloadRequest(url: "\(url)?\(number)"))
            guard download.byteCount == bytes else { throw Failure.size(download.byteCount) }
        }
    }

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4, let bytes = Int(words[3]) else { throw Failure.usage }
        let engine = try DownloadEngine()
        let server = Server(engine: engine, url: words[2], bytes: bytes)
        switch words[1] {
        case "phones": try await phones(server)
        case "tasks": try await tasks(server)
        default: throw Failure.usage
        }
        await engine.shutdown()
    }

    private static func phones(_ server: Server) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for phone in 0..<atOnce {
                group.addTask {
                    for file in 1...filesEach { try await server.download(phone * filesEach + file) }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func tasks(_ server: Server) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...(atOnce * filesEach) {
                if number > atOnce { try await group.next() }
                group.addTask { try await server.download(number) }
            }
            try await group.waitForAll()
        }
    }
}
