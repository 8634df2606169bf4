import Glibc
import Testing

@testable import Systemd

@Suite("Telling the service manager, sd_notify(3)")
struct ServiceNotifierTests {
    private let socket: NotificationSocket
    private let notifier: ServiceNotifier

    init() throws {
        socket = try NotificationSocket()
        notifier = ServiceNotifier(
            environment: ServiceEnvironment(variables: ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "3000000"])
        )
    }

    @Test("Ready, stopping and a sign of life are one message each")
    func messages() throws {
        try notifier.ready(status: "2 phones provisioned")
        #expect(socket.message() == "READY=1\nSTATUS=2 phones provisioned")
        try notifier.ready()
        #expect(socket.message() == "READY=1")
        try notifier.watchdog()
        #expect(socket.message() == "WATCHDOG=1")
        try notifier.stopping(status: "saving")
        #expect(socket.message() == "STOPPING=1\nSTATUS=saving")
        #expect(socket.message() == nil)
    }

    @Test("A reload carries the monotonic time")
    func reloading() throws {
        func now() -> UInt64 {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
        }
        let before = now()
        try notifier.reloading()
        let message = try #require(socket.message())
        let prefix = "RELOADING=1\nMONOTONIC_USEC="
        #expect(message.hasPrefix(prefix))
        let time = try #require(UInt64(message.dropFirst(prefix.count)))
        #expect((before...now()).contains(time))
    }

    @Test(
        "More time is asked for in microseconds",
        arguments: [
            (Duration.seconds(30), "30000000"), (.milliseconds(1), "1000"), (.zero, "0"), (.seconds(-5), "0"),
            (.seconds(Int64.max), "18446744073709551615"),
        ]
    )
    func extendTimeout(time: Duration, text: String) throws {
        try notifier.extendTimeout(by: time)
        #expect(socket.message() == "EXTEND_TIMEOUT_USEC=" + text)
    }

    @Test(
        "A status is one line, and cannot bring another message in",
        arguments: [
            ("a\nREADY=1", "a READY=1"), ("a\r\n\u{1B}b\u{2028}c", "a   b c"), ("", ""), ("é", "é"),
        ]
    )
    func status(text: String, line: String) throws {
        try notifier.status(text)
        #expect(socket.message() == "STATUS=" + line)
    }

    @Test("A long status is cut between two characters")
    func longStatus() throws {
        try notifier.status("x" + String(repeating: "é", count: ServiceNotifier.maximumStatusLength))
        let sent = try #require(socket.message())
        #expect(sent.utf8.count == "STATUS=".utf8.count + ServiceNotifier.maximumStatusLength - 1)
        #expect(sent.hasSuffix("é"))
    }

    @Test("A socket in the abstract name space is reached")
    func abstract() throws {
        let socket = try NotificationSocket(isAbstract: true)
        let notifier = ServiceNotifier(
            environment: ServiceEnvironment(variables: ["NOTIFY_SOCKET": socket.name])
        )
        try notifier.ready()
        #expect(socket.message() == "READY=1")
    }

    @Test("Without NOTIFY_SOCKET nothing is sent and nothing fails")
    func inactive() throws {
        let notifier = ServiceNotifier(environment: ServiceEnvironment(variables: [:]))
        #expect(!notifier.isActive)
        #expect(notifier.watchdogInterval == nil)
        try notifier.ready(status: "x")
        try notifier.watchdog()
    }

    @Test("A socket that is not there, or whose name is too long, is an error with its name")
    func unreachable() {
        let missing = socket.name + "-gone"
        let notifier = ServiceNotifier(environment: ServiceEnvironment(variables: ["NOTIFY_SOCKET": missing]))
        #expect(throws: ServiceNotificationError.system("sendto", socket: missing, code: ENOENT)) {
            try notifier.ready()
        }
        let long = "/" + String(repeating: "x", count: 200)
        let other = ServiceNotifier(environment: ServiceEnvironment(variables: ["NOTIFY_SOCKET": long]))
        #expect(throws: ServiceNotificationError.nameTooLong(201)) { try other.ready() }
    }

    @Test("The sign of life is due at half the time that systemd waits")
    func watchdogInterval() {
        #expect(notifier.watchdogInterval == .milliseconds(1500))
    }
}
