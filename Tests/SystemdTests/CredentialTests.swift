import Foundation
import Systemd
import Testing

/// What systemd hands over in files (systemd.exec(5), LoadCredential=).
final class CredentialTests {
    let directory = NSTemporaryDirectory() + "credentials-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private var environment: ServiceEnvironment { ServiceEnvironment(variables: ["CREDENTIALS_DIRECTORY": directory]) }

    private func put(_ bytes: Data, _ name: String) throws {
        try bytes.write(to: URL(filePath: "\(directory)/\(name)"))
    }

    @Test func `those of the prefix are read, without the line end that an editor leaves`() throws {
        try put(Data("https://id:pass@r.example.com/{mac}\n".utf8), "phoneprovd.redirection.url")
        try put(Data("two\nlines".utf8), "phoneprovd.a")
        try put(Data("other".utf8), "chrony.key")
        try put(Data("nothing".utf8), "phoneprovd.")
        #expect(
            try environment.credentials(prefix: "phoneprovd.") == [
                "redirection.url": "https://id:pass@r.example.com/{mac}", "a": "two\nlines",
            ]
        )
    }

    @Test func `without a directory there are none`() throws {
        #expect(try ServiceEnvironment(variables: [:]).credentials(prefix: "phoneprovd.") == [:])
        let gone = ServiceEnvironment(variables: ["CREDENTIALS_DIRECTORY": directory + "/gone"])
        #expect(try gone.credentials(prefix: "phoneprovd.") == [:])
    }

    @Test(arguments: [Data([0xFF, 0xFE]), Data(repeating: 0x61, count: ServiceEnvironment.maximumCredentialBytes + 1)])
    func `one that is no text, or too long, is refused by its path`(bytes: Data) throws {
        try put(bytes, "phoneprovd.redirection.url")
        let error = #expect(throws: CredentialError.self) { try environment.credentials(prefix: "phoneprovd.") }
        #expect(error?.path == directory + "/phoneprovd.redirection.url")
    }
}
