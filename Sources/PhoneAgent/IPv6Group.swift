import Glibc

/// The value of `sipPnP.group6`.
struct IPv6Group {
    /// A multicast address as inet_ntop(3) writes it, so that it equals what stands in messages; empty: none.
    let text: String

    /// `nil` when the text is neither empty nor a multicast address (`ff00::/8`, RFC 4291 section 2.7) without a zone: the
    /// interface is the phone's.
    init?(_ text: String) {
        if text.isEmpty {
            self.text = ""
            return
        }
        var address = in6_addr()
        var written = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_pton(AF_INET6, text, &address) == 1, withUnsafeBytes(of: &address, { $0[0] == 0xFF }),
            inet_ntop(AF_INET6, &address, &written, socklen_t(written.count)) != nil
        else { return nil }
        self.text = String(decoding: written.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
