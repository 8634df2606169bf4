import Control
import Foundation
import Logging
@testable import PhoneAgent
import PhoneSettings
import Provisioning
import Testing

@Suite("Who opens the pages of web programming")
struct WebAccessTests {
    private static let fallback = "abcd-efgh-ijkm-npqr"
    private let access = WebAccess(
        fallbackPassword: fallback,
        logger: Logger(label: "test") { _ in
            SwiftLogNoOpLogHandler()
        }
    )

    private static func identity(_ mac: String) throws -> PhoneIdentity {
        PhoneIdentity(mac: try #require(MACAddress(mac)), model: "KX-UTG200B", softwareVersion: "03.131")
    }

    private func give(
        _ mac: String = "0080F0ABCDEF",
        _ values: [ParameterKey: String] = [:],
        layer: SettingsLayer = .standard
    ) async throws {
        let settings = EffectiveSettings(layers: [layer: values.map { Setting(key: $0.key, value: $0.value) }])
        await access.update(settings, of: try Self.identity(mac))
    }

    private func signIn(
        _ account: String,
        _ password: String,
        to macs: [String] = ["0080F0ABCDEF"],
        from: String = "192.0.2.9",
        at now: Duration = .zero
    ) async throws -> SignedIn {
        let request = SignInRequest(account: account, password: password, from: from)
        let session = try await access.signIn(request, to: macs.compactMap(MACAddress.init), at: now)
        return try await access.resume(session, renew: true, at: now)
    }

    @Test("factory passwords open nothing, whoever set them; the random one opens the administrator's account")
    func factory() async throws {
        try await give()
        for (account, password) in [
            ("admin", "adminpass"), ("user", "userpass"), ("user", Self.fallback), ("user", ""),
        ] {
            await #expect(throws: ControlError.signInRefused) {
                try await signIn(account, password, from: "192.0.2.\(account.count + password.count)")
            }
        }
        #expect(try await signIn("admin", Self.fallback).phones.map(\.role) == [.administrator])

        try await give("0080F0ABCDEF", [.adminPassword: "adminpass", .userPassword: "userpass"])
        await #expect(throws: ControlError.signInRefused) { try await signIn("admin", "adminpass") }
        await #expect(throws: ControlError.signInRefused) { try await signIn("user", "userpass") }
        #expect(try await signIn("admin", Self.fallback).account == "admin")
    }

    @Test("a password that provisioning brings is in force at once, and ends sessions of the one before")
    func provisioned() async throws {
        try await give()
        let request = SignInRequest(account: "admin", password: Self.fallback, from: "192.0.2.9")
        let mac = try #require(MACAddress("0080F0ABCDEF"))
        let old = try await access.signIn(request, to: [mac], at: .zero)
        try await give("0080F0ABCDEF", [.adminID: "boss", .adminPassword: "s3cret", .userPassword: "us3r"])
        await #expect(throws: ControlError.sessionEnded) { try await access.resume(old, renew: true, at: .zero) }
        await #expect(throws: ControlError.signInRefused) { try await signIn("admin", Self.fallback) }
        await #expect(throws: ControlError.signInRefused) { try await signIn("admin", "s3cret") }
        #expect(try await signIn("boss", "s3cret").phones.map(\.role) == [.administrator])
        #expect(try await signIn("user", "us3r").phones.map(\.role) == [.user])
    }

    @Test("one sign-in opens every phone that has this account, each in its role")
    func fleet() async throws {
        try await give("0080F0000001", [.adminPassword: "one"])
        try await give("0080F0000002", [.adminID: "boss", .userID: "admin", .userPassword: "one"])
        try await give("0080F0000003", [.adminPassword: "other"])
        let macs = ["0080F0000001", "0080F0000002", "0080F0000003"]
        let session = try await signIn("admin", "one", to: macs)
        #expect(session.phones.map(\.mac) == ["0080F0000001", "0080F0000002"])
        #expect(session.phones.map(\.role) == [.administrator, .user])
        #expect(session.role(on: "0080F0000003") == nil)
    }

    @Test("five wrong tries a minute from one address, then not even the right password")
    func limiter() async throws {
        try await give()
        for second in 0..<5 {
            await #expect(throws: ControlError.signInRefused) {
                try await signIn("admin", "guess", at: .seconds(second))
            }
        }
        await #expect(throws: ControlError.tooManyTries(seconds: 56)) {
            try await signIn("admin", Self.fallback, at: .seconds(5))
        }
        _ = try await signIn("admin", Self.fallback, from: "192.0.2.10", at: .seconds(5))
        _ = try await signIn("admin", Self.fallback, at: .seconds(61))
    }

    @Test("the addresses of one IPv6 network count together")
    func ipv6() async throws {
        try await give()
        for host in 1...5 {
            await #expect(throws: ControlError.signInRefused) {
                try await signIn("admin", "guess", from: "2001:db8:0:7::\(host)")
            }
        }
        await #expect(throws: ControlError.tooManyTries(seconds: 61)) {
            try await signIn("admin", Self.fallback, from: "2001:db8:0:7:a:b:c:d")
        }
        _ = try await signIn("admin", Self.fallback, from: "2001:db8:0:8::1")
    }

    @Test("a session ends after half an hour without use, after twelve hours, and by signing out")
    func ends() async throws {
        try await give()
        let mac = try #require(MACAddress("0080F0ABCDEF"))
        let request = SignInRequest(account: "admin", password: Self.fallback, from: "192.0.2.9")
        let idle = try await access.signIn(request, to: [mac], at: .zero)
        // Watching is no use.
        _ = try await access.resume(idle, renew: false, at: .seconds(29 * 60))
        await #expect(throws: ControlError.sessionEnded) {
            try await access.resume(idle, renew: true, at: .seconds(30 * 60))
        }
        let used = try await access.signIn(request, to: [mac], at: .zero)
        for quarter in 1..<48 { _ = try await access.resume(used, renew: true, at: .seconds(quarter * 15 * 60)) }
        await #expect(throws: ControlError.sessionEnded) {
            try await access.resume(used, renew: true, at: .seconds(12 * 60 * 60))
        }
        let left = try await access.signIn(request, to: [mac], at: .zero)
        #expect(left != idle && left != used)
        await access.signOut(left)
        await #expect(throws: ControlError.sessionEnded) { try await access.resume(left, renew: true, at: .zero) }
        await #expect(throws: ControlError.sessionEnded) { try await access.resume("", renew: true, at: .zero) }
    }

    @Test("a name or password of any length, and an address that is none, do no harm")
    func odd() async throws {
        try await give("0080F0ABCDEF", [.adminPassword: "s3cret"])
        let long = String(repeating: "a", count: 1_000_000)
        await #expect(throws: ControlError.signInRefused) { try await signIn("admin", long) }
        await #expect(throws: ControlError.signInRefused) { try await signIn(long, "s3cret") }
        // Name and password are told apart: "admin" + "s3cret" is not "admins3" + "cret".
        await #expect(throws: ControlError.signInRefused) { try await signIn("admins3", "cret") }
        for address in ["", "192.0.2.9\nuid=0", "a b", String(repeating: "1", count: 65)] {
            await #expect(throws: ControlError.self) { try await signIn("admin", "s3cret", from: address) }
        }
    }

    @Test("the random password is kept for the next start, and made anew when its file is damaged")
    func kept() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "web-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let first = WebPassword.load(from: directory.path)
        #expect(first.problem == nil)
        #expect(first.password.count == 19)
        #expect(WebPassword.load(from: directory.path).password == first.password)
        let file = directory.appending(path: WebPassword.fileName)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try Data("abc".utf8).write(to: file)
        let second = WebPassword.load(from: directory.path)
        #expect(second.password.count == 19 && second.password != first.password)
        #expect(WebPassword.load(from: "/nonexistent").problem != nil)
    }
}
