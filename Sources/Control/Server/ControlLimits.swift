/// The limits that keep one client of the control socket from harming the daemon or other clients.
public struct ControlLimits: Sendable, Equatable {
    /// The longest call in bytes, 1 and more, without its terminator. The largest one is `Import` with four files of 240 KB
    /// and three root certificates, in base64.
    public var maximumMessageBytes = 2 * 1024 * 1024
    /// The number of connections at a time, 1 and more. A further one is told `Busy` and closed.
    public var maximumConnections = 64
    /// How long a connection may stay open without a call under way, counted from the end of the last call. Bytes of a
    /// call that is not complete do not count as one. A call that is under way, as `Wait` or `Status` with `more`, keeps
    /// its connection open for as long as it takes.
    public var idleTimeout = Duration.seconds(300)
    /// How long a reply may take to be read. Until it has been read the next one is not made, so that at most one
    /// reply of each connection is held.
    public var replyTimeout = Duration.seconds(30)
    /// How long calls that are under way have to end at ``ControlServer/shutdown()``, before they are cut off.
    public var shutdownGrace = Duration.milliseconds(100)

    /// The limits as they are without configuration.
    public init() {}
}
