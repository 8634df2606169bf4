@testable import Control
import Glibc
import Testing

/// A directory of a test's own, removed with all that lies in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("\(P_tmpdir)/control-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                unlink("\(path)/\(name)")
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

/// A running server with a stub behind it.
struct TestServer {
    let server: ControlServer
    let service: StubService
    let events: Happenings<ControlEvent>
    let directory: String
    let path: String

    static let information = ServiceInformation(
        vendor: "phoneprovd",
        product: "phoneprovd",
        version: "1.2.3",
        url: "https://example.com/phoneprovd"
    )

    func connect() throws -> RawConnection { try RawConnection(path: path) }

    func client() async throws -> ControlClient { try await ControlClient.connect(to: path) }

    /// Waits for a connection to end for a reason.
    func waitForClose(_ reason: CloseReason) async throws {
        try await events.wait { events in
            events.contains { event in
                if case .closed(_, reason) = event { true } else { false }
            }
        }
    }
}

/// Runs a server for the time of a test, and checks that it ends.
func withServer(
    limits: ControlLimits = ControlLimits(),
    configure: (inout ControlServer.Configuration) -> Void = { _ in },
    _ body: (TestServer) async throws -> Void
) async throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/io.phoneprovd"
    var configuration = ControlServer.Configuration(path: path, information: TestServer.information)
    configuration.limits = limits
    configure(&configuration)
    let service = StubService()
    let events = Happenings<ControlEvent>()
    let server = ControlServer(configuration: configuration, service: service) { events.add($0) }
    try await server.start()
    async let running: Void = server.run()
    do {
        try await body(
            TestServer(server: server, service: service, events: events, directory: directory.path, path: path)
        )
        server.shutdown()
        try await running
        #expect(events.all.last == .ended)
        withExtendedLifetime(directory) {}
    } catch {
        server.shutdown()
        try await running
        throw error
    }
}
