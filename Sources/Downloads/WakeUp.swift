import CCurl
import Glibc

/// A descriptor that one thread waits on and others signal: `eventfd(2)`.
///
/// libcurl's own `curl_multi_wakeup` needs a multi handle; a lane that has been idle for a while has none.
final class WakeUp: Sendable {
    let descriptor: Int32

    init() throws(DownloadEngineError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw .system(call: "eventfd", errno) }
    }

    deinit { close(descriptor) }

    func signal() {
        // The counter cannot overflow: it is read at each turn of the waiting thread.
        _ = eventfd_write(descriptor, 1)
    }

    /// Waits for a signal, at most so long. `nil`: as long as it takes.
    func wait(_ timeout: Duration?) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, timeout?.pollMilliseconds ?? -1)
        drain()
    }

    /// Takes the signals that are there, so that the next wait waits.
    func drain() {
        var count: eventfd_t = 0
        _ = eventfd_read(descriptor, &count)
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, as `poll(2)` takes them: at least 0, at most a day.
    var pollMilliseconds: Int32 {
        Int32(clamping: max(0, min(milliseconds, 86_400_000)))
    }

    /// Whole milliseconds, rounded up.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        let (fromSeconds, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? Int.min : Int.max }
        return fromSeconds + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
