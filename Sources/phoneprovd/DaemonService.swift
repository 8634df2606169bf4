import Control
import Logging
import PhoneAgent
import ServiceLifecycle
import Systemd
import UnixSignals

/// A fleet under systemd: READY, RELOADING, STATUS, WATCHDOG, STOPPING.
struct DaemonService: Service {
    let configuration: DaemonConfiguration
    let configurationSource: Fleet.ConfigurationSource
    /// Whether SIGHUP means to read the configuration anew; at a terminal it means that the terminal is gone.
    let reloadsOnHangup: Bool
    let logger: Logger

    func run() async throws {
        // Made here and not before: opening flash may take its time, and from here on a signal ends the daemon in good order.
        let fleet = try Fleet(
            configuration: configuration,
            configurationSource: configurationSource,
            version: PhoneprovdVersion.text,
            logger: logger
        )
        let notifier = ServiceNotifier()
        let (ready, becameReady) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [fleet, logger] in
                try await cancelWhenGracefulShutdown {
                    try await fleet.run { event in
                        switch event {
                        case .ready:
                            Self.tell(logger) { () throws(ServiceNotificationError) in try notifier.ready() }
                            becameReady.finish()
                        case .reloading:
                            Self.tell(logger) { () throws(ServiceNotificationError) in try notifier.reloading() }
                        case .status(let line):
                            Self.tell(logger) { () throws(ServiceNotificationError) in try notifier.status(line) }
                        }
                    }
                }
            }
            if let interval = notifier.watchdogInterval {
                group.addTask { [fleet, logger] in
                    await cancelWhenGracefulShutdown {
                        // systemd counts from READY on, and before it there is nobody to ask.
                        for await _ in ready {}
                        while !Task.isCancelled {
                            // Only a daemon whose event loop and phones answer is alive.
                            await fleet.beat()
                            Self.tell(logger) { () throws(ServiceNotificationError) in try notifier.watchdog() }
                            try? await Task.sleep(for: interval)
                        }
                    }
                }
            }
            if reloadsOnHangup {
                group.addTask { [fleet] in
                    await cancelWhenGracefulShutdown {
                        for await _ in await UnixSignalsSequence(trapping: .sighup) {
                            // What was wrong the fleet has logged; nobody waits for an answer.
                            _ = try? await fleet.reload()
                        }
                    }
                }
            }
            // The fleet ends the daemon; the watchdog alone does not keep it.
            try await group.next()
            group.cancelAll()
        }
        Self.tell(logger) { () throws(ServiceNotificationError) in try notifier.stopping() }
    }

    /// systemd not hearing of something is no reason to end.
    private static func tell(_ logger: Logger, _ body: () throws(ServiceNotificationError) -> Void) {
        do throws(ServiceNotificationError) {
            try body()
        } catch {
            logger.warning("\(error)")
        }
    }
}
