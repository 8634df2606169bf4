import Glibc
import Testing

@testable import Systemd

@Suite("What systemd tells a service through its environment")
struct ServiceEnvironmentTests {
    @Test("All variables are read")
    func all() {
        let environment = ServiceEnvironment(
            variables: [
                "NOTIFY_SOCKET": "/run/systemd/notify", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42",
                "JOURNAL_STREAM": "8:1234", "STATE_DIRECTORY": "/var/lib/phoneprovd:/var/lib/other",
                "RUNTIME_DIRECTORY": "/run/phoneprovd", "CREDENTIALS_DIRECTORY": "/run/credentials/phoneprovd.service",
                "INVOCATION_ID": "0123456789abcdef0123456789abcdef",
            ],
            process: 42
        )
        #expect(environment.notifySocket == "/run/systemd/notify")
        #expect(environment.watchdogMicroseconds == 30_000_000)
        #expect(environment.journalStream == JournalStream(device: 8, inode: 1234))
        #expect(environment.stateDirectory == "/var/lib/phoneprovd")
        #expect(environment.runtimeDirectory == "/run/phoneprovd")
        #expect(environment.credentialPath("key") == "/run/credentials/phoneprovd.service/key")
        #expect(environment.invocationID == "0123456789abcdef0123456789abcdef")
    }

    @Test(
        "What is malformed counts as not set",
        arguments: [
            ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": ""], ["WATCHDOG_USEC": "0"], ["WATCHDOG_USEC": "-1"],
            ["WATCHDOG_USEC": "x"], ["WATCHDOG_USEC": "5", "WATCHDOG_PID": "43"], ["JOURNAL_STREAM": "8"],
            ["JOURNAL_STREAM": "8:9:10"], ["JOURNAL_STREAM": ":"], ["STATE_DIRECTORY": "relative"],
            ["RUNTIME_DIRECTORY": ":"], ["CREDENTIALS_DIRECTORY": "/" + String(repeating: "x", count: 4096)],
        ]
    )
    func malformed(variables: [String: String]) {
        #expect(
            ServiceEnvironment(variables: variables, process: 42) == ServiceEnvironment(variables: [:], process: 42)
        )
    }

    @Test("A watchdog without WATCHDOG_PID is for this process")
    func watchdogWithoutProcess() {
        #expect(ServiceEnvironment(variables: ["WATCHDOG_USEC": "5"]).watchdogMicroseconds == 5)
    }

    @Test("A credential's name cannot leave its directory", arguments: ["", ".", "..", "a/b", "../x", "a\0"])
    func credentialName(name: String) {
        let environment = ServiceEnvironment(variables: ["CREDENTIALS_DIRECTORY": "/run/credentials/x"])
        #expect(environment.credentialPath(name) == nil)
    }

    @Test("The log goes to the journal only when stderr is the journal's own stream")
    func destination() throws {
        var pipes: [CInt] = [0, 0]
        try #require(pipe(&pipes) == 0)
        defer { pipes.forEach { close($0) } }
        let stream = try #require(JournalStream(descriptor: pipes[1]))
        let variables = ["JOURNAL_STREAM": "\(stream.device):\(stream.inode)"]
        let environment = ServiceEnvironment(variables: variables)
        #expect(LogDestination.detect(environment: environment, standardError: stream) == .journal)
        let other = JournalStream(device: stream.device, inode: stream.inode &+ 1)
        #expect(LogDestination.detect(environment: environment, standardError: other) == .terminal)
        #expect(LogDestination.detect(environment: environment, standardError: nil) == .terminal)
        #expect(
            LogDestination.detect(environment: ServiceEnvironment(variables: [:]), standardError: stream) == .terminal
        )
        #expect(JournalStream(descriptor: -1) == nil)
    }
}
