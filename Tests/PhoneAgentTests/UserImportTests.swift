import Control
import Downloads
import Foundation
import GRDB
import Logging
import NIOPosix
import PhoneSettings
import Provisioning
import Testing

@testable import Flash
@testable import PhoneAgent

/// What the user's account imports, into a real phone and its flash.
@Suite("An import by the user's account")
final class UserImportTests {
    private let directory: String
    private let flash: FlashStore
    private let phone: Phone
    private let mac: MACAddress
    private let user: Programmer

    init() async throws {
        directory = NSTemporaryDirectory() + "import-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        mac = try #require(MACAddress(PhoneArchiveTests.mac))
        user = try Programmer(nil, Caller(uid: 0, gid: 0, pid: 1))
        flash = try FlashStore.open(in: directory, now: .now).0
        var configuration = DaemonConfiguration()
        configuration.stateDirectory = directory
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let loops = MultiThreadedEventLoopGroup.singleton
        let environment = PhoneEnvironment(
            configuration: configuration,
            flash: flash,
            downloads: try DownloadEngine(),
            sockets: SocketTable(configuration: configuration.sipPnP, loops: loops, logger: logger),
            inform: InformDesk(put: InformClient(loops: loops).ask),
            board: StatusBoard(),
            access: WebAccess(fallbackPassword: "abcd-efgh-ijkm-npqr", logger: logger),
            pace: PnPPace(),
            logger: logger
        )
        let identity = PhoneIdentity(mac: mac, model: "KX-UTG200B", softwareVersion: "03.131")
        phone = Phone(.init(identity: identity, interface: "eth0"), environment: environment)
        await phone.loadSettings()
        for (name, value) in [
            ("USR_PROV_SVR_URL", "http://192.0.2.1/"), ("HOT_LINE_DELAY_TIME", "3"), ("DISPLAY_NAME_1", "Anna"),
        ] {
            _ = try await phone.set(name, value, by: user)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func importing(_ settings: [(name: String, value: String)]) async throws -> ImportReply {
        let record = PhoneArchiveTests.record(
            settings: settings.map { .init(name: $0.name, value: $0.value) },
            files: []
        )
        return try await phone.importSettings(try PhoneArchive(record: record, bodies: [:]).tar(), by: user)
    }

    /// What the phone holds, and what its flash does: they are the same.
    private func values() async throws -> [String: String] {
        let held = await phone.layers[.user] ?? []
        #expect(try await flash.contents(of: mac).layers[.user] == held)
        return Dictionary(held.map { ($0.key.description, $0.value) }) { $1 }
    }

    private func history() async throws -> [String] {
        try await flash.programming(of: mac).map { record in
            if case .unset = record.action { return "\(record.key?.description ?? "") unset" }
            return record.key?.description ?? ""
        }
    }

    private static let before = [
        "USR_PROV_SVR_URL": "http://192.0.2.1/", "HOT_LINE_DELAY_TIME": "3", "DISPLAY_NAME_1": "Anna",
    ]

    @Test("stands in place of the user's settings and leaves the administrator's; the history has what became other")
    func whole() async throws {
        let reply = try await importing([("DISPLAY_NAME_1", "Anna"), ("NTP_ADDR", "ntp.example.com")])
        #expect(reply.settings == 2)
        #expect(
            try await values() == [
                "USR_PROV_SVR_URL": "http://192.0.2.1/", "DISPLAY_NAME_1": "Anna", "NTP_ADDR": "ntp.example.com",
            ]
        )
        let new = try await history().prefix(2)
        #expect(new == ["NTP_ADDR", "HOT_LINE_DELAY_TIME unset"])
        #expect(try await history().count == 5)
        #expect(await phone.origins[ParameterKey("HOT_LINE_DELAY_TIME")] == nil)
        #expect(await phone.origins[ParameterKey("NTP_ADDR")] != nil)
        // The same again changes nothing, and says nothing.
        _ = try await importing([("DISPLAY_NAME_1", "Anna"), ("NTP_ADDR", "ntp.example.com")])
        #expect(try await history().count == 5)
    }

    @Test(
        "with one setting that is not the user's, or not valid, is refused whole",
        arguments: [("USR_PROV_SVR_URL", "http://192.0.2.1/"), ("HOT_LINE_DELAY_TIME", "soon"), ("NO_SUCH", "1")]
    )
    func refused(name: String, value: String) async throws {
        await #expect(throws: ControlError.self) {
            try await importing([("NTP_ADDR", "ntp.example.com"), (name, value), ("DISPLAY_NAME_1", "Otto")])
        }
        #expect(try await values() == Self.before)
        #expect(try await history().count == 3)
    }

    @Test("may have what a file holds fast, as long as it stays as it is")
    func heldFast() async throws {
        let key = ParameterKey("HOT_LINE_DELAY_TIME")
        await phone.give(.standard, [Setting(key: key, value: "5", permission: .readOnly)])
        await #expect(throws: ControlError.self) {
            try await importing([("NTP_ADDR", "ntp.example.com"), ("HOT_LINE_DELAY_TIME", "4")])
        }
        #expect(try await values() == Self.before)
        _ = try await importing([("NTP_ADDR", "ntp.example.com"), ("HOT_LINE_DELAY_TIME", "3")])
        #expect(try await values()["NTP_ADDR"] == "ntp.example.com")
        #expect(try await values()["HOT_LINE_DELAY_TIME"] == "3")
    }

    @Test("that flash breaks off in the middle has changed nothing")
    func brokenOff() async throws {
        try await flash.queue.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER full BEFORE INSERT ON programming WHEN NEW.name = 'NTP_ADDR'
                    BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
                    """
            )
        }
        await #expect(throws: ControlError.self) {
            try await importing([("DISPLAY_NAME_1", "Otto"), ("NTP_ADDR", "ntp.example.com")])
        }
        #expect(try await values() == Self.before)
        #expect(try await history().count == 3)
        #expect(await phone.settings.text(ParameterKey(parsing: "DISPLAY_NAME_1")) == "Anna")
        #expect(await phone.origins[ParameterKey("HOT_LINE_DELAY_TIME")] != nil)
    }
}

extension Phone {
    /// As a file of this layer would.
    fileprivate func give(_ layer: SettingsLayer, _ values: [Setting]) {
        layers[layer] = values
        settings = EffectiveSettings(layers: layers)
    }
}
