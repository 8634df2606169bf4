import Foundation
import LabSupport
import Testing

extension Machine {
    /// Where the phone is provisioned from.
    static let url = "http://198.51.100.1/a.cfg"

    /// A machine whose phone has been provisioned from a URL set by hand.
    static func provisioned(_ lab: LabNetwork) async throws -> Machine {
        let machine = try await Machine.boot(in: lab)
        try await machine.provision()
        return machine
    }

    /// The same with a clock that the test sets.
    static func provisionedWithClock(
        _ lab: LabNetwork,
        _ lines: String...
    ) async throws -> (Machine, MovableClock) {
        let machine = try await Machine.boot(in: lab)
        let clock = try await machine.movableClock()
        try await machine.provision([clock.line] + lines)
        return (machine, clock)
    }

    /// Installs, starts and provisions.
    ///
    /// - Parameter lines: lines of the section [Service], over the unit's own.
    func provision(_ lines: [String] = []) async throws {
        try await install()
        try await dropIn(["Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=1"] + lines)
        try await require(["systemctl", "start", "phoneprovd"])
        try await require(["phoneprovctl", "wait", "--timeout", "30"])
        try await require(["phoneprovctl", "set", "USR_PROV_SVR_URL", Self.url])
        try await expectProvisioning(.provisioned)
    }

    /// Starts a run, waits for its end and expects it to be so.
    func expectProvisioning(
        _ state: Outcome,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await require(["phoneprovctl", "provision"])
        try await require(["phoneprovctl", "wait", "--timeout", "30"])
        let ended = try await phone().state
        #expect(ended == state.rawValue, sourceLocation: sourceLocation)
    }

    enum Outcome: String { case provisioned, fallback }

    /// The service runs, and was not started again.
    func expectCalm(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let state = try await properties("ActiveState", "SubState", "NRestarts")
        #expect(
            state == ["ActiveState": "active", "SubState": "running", "NRestarts": "0"],
            sourceLocation: sourceLocation
        )
    }
}
