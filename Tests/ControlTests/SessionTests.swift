@testable import Control
import Testing

@Suite("A connection that acts for a session")
struct SessionTests {
    private func resumed(
        as role: AccountRole,
        _ body: (ControlClient, TestServer) async throws -> Void
    ) async throws {
        try await withServer { test in
            test.service.sign(
                in: SignedIn(
                    account: "somebody",
                    from: "192.0.2.9",
                    phones: [OpenPhone(mac: "0080F0ABCDEF", model: "KX-UTG200B", role: role)]
                )
            )
            let client = try await test.client()
            _ = try await client.call(ResumeRequest(session: "s"))
            try await body(client, test)
        }
    }

    private static func isAllowed<Request: ControlRequest>(
        _ client: ControlClient,
        _ request: Request
    ) async throws -> Bool {
        do {
            _ = try await client.call(request)
            return true
        } catch ControlClientError.control(.notPermitted) {
            return false
        }
    }

    @Test("tells the service for whom it acts")
    func caller() async throws {
        try await resumed(as: .user) { client, test in
            _ = try await client.call(StatusRequest())
            #expect(test.service.lastCaller?.session?.who == "somebody from 192.0.2.9")
        }
    }

    /// The caller is root or the daemon's own user here, who without a session may do everything.
    @Test("has the account's rights, and none of the caller's own", arguments: AccountRole.allCases)
    func rights(role: AccountRole) async throws {
        try await resumed(as: role) { client, _ in
            let forBoth = [
                try await Self.isAllowed(client, GetRequest()),
                try await Self.isAllowed(client, SetRequest(name: "A", value: "b")),
            ]
            let forAdministrators = [
                try await Self.isAllowed(client, ProvisionRequest()),
                try await Self.isAllowed(client, RebootRequest()),
                try await Self.isAllowed(client, FactoryResetRequest()),
                try await Self.isAllowed(client, CaptureRequest()),
            ]
            let forNobody = [
                try await Self.isAllowed(client, GetRequest(reveal: true)),
                try await Self.isAllowed(client, WebPasswordRequest()),
                try await Self.isAllowed(client, DhcpEventRequest(variables: [:])),
                try await Self.isAllowed(client, SignInRequest(account: "a", password: "b", from: "192.0.2.9")),
            ]
            #expect(forBoth == [true, true])
            #expect(forAdministrators.allSatisfy { $0 == (role == .administrator) })
            #expect(forNobody.allSatisfy { !$0 })
        }
    }

    @Test("is the only one that does")
    func otherConnection() async throws {
        try await resumed(as: .user) { _, test in
            _ = try await test.client().call(RebootRequest())
            #expect(test.service.lastCaller?.session == nil)
        }
    }

    @Test("does not act for a session that the service refuses")
    func refused() async throws {
        try await withServer { test in
            test.service.fail(with: ControlError.sessionEnded)
            let client = try await test.client()
            await #expect(throws: ControlClientError.control(.sessionEnded)) {
                try await client.call(ResumeRequest(session: "s"))
            }
            test.service.fail(with: nil)
            _ = try await client.call(StatusRequest())
            #expect(test.service.lastCaller?.session == nil)
        }
    }
}
