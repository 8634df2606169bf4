import Hummingbird
import NIOCore

/// What is known of a request beyond what stands in it.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Where the browser is.
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }

    /// The numeric address of the browser; an IPv4 address that came over an IPv6 socket as such.
    var from: String {
        let address = remoteAddress?.ipAddress ?? "unknown"
        return address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address
    }
}
