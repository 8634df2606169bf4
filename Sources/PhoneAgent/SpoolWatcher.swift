import Glibc
import NIOCore
import NIOPosix

/// Tells when an event was left in the spool while the daemon runs: a hook leaves one when the daemon took too long to
/// answer, or had too many callers (inotify(7)).
final class SpoolWatcher: Sendable {
    private let channel: any Channel

    /// Why the spool cannot be watched.
    struct Unavailable: Error, CustomStringConvertible {
        let path: String
        let code: CInt
        var description: String { "\(path) cannot be watched: \(String(cString: strerror(code)))" }
    }

    /// Starts watching; the directory is made when it is missing.
    ///
    /// - Throws: ``Unavailable``: then events that are left wait for the next one that comes.
    static func start(
        path: String,
        group: any EventLoopGroup,
        onEvent: @escaping @Sendable () -> Void
    ) async throws -> SpoolWatcher {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw Unavailable(path: path, code: errno) }
        let descriptor = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
        guard descriptor >= 0 else { throw Unavailable(path: path, code: errno) }
        // A writer renames a file to its name when it is whole.
        guard inotify_add_watch(descriptor, path, UInt32(IN_MOVED_TO) | UInt32(IN_ONLYDIR)) >= 0 else {
            let code = errno
            close(descriptor)
            throw Unavailable(path: path, code: code)
        }
        let channel = try await NIOPipeBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(onEvent: onEvent))
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
            .get()
        return SpoolWatcher(channel: channel)
    }

    private init(channel: any Channel) { self.channel = channel }

    /// Ends watching.
    func stop() async { try? await channel.close().get() }

    /// What happened does not matter: the spool is read anew.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let onEvent: @Sendable () -> Void

        init(onEvent: @escaping @Sendable () -> Void) { self.onEvent = onEvent }

        func channelReadComplete(context: ChannelHandlerContext) { onEvent() }
    }
}
