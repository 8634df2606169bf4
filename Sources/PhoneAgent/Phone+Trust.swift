import Downloads
import Glibc
import NIOPosix
import PhoneSettings
import Provisioning

// resync.from: trusted. Whom the phone obeys: the hosts that its files came from, and its lines' SIP servers.

extension Phone {
    /// Looks the names up, away from the phone's turn: a name server may take its time.
    func lookUpTrusted() {
        guard environment.configuration.resyncFrom == .trusted else { return }
        var hosts = Set(files.values.compactMap { try? DownloadURL($0.url).host })
        for line in LineNumber.all {
            for name in ["SIP_RGSTR_ADDR", "SIP_PRXY_ADDR", "SIP_OUTPROXY_ADDR"] {
                hosts.insert(settings.text(ParameterKey(name, line: line)))
            }
        }
        hosts.remove("")
        lookingUpTrusted?.cancel()
        lookingUpTrusted = Task { [inbox, hosts] in
            var addresses: Set<String> = []
            for host in hosts {
                addresses.formUnion((try? await NIOThreadPool.singleton.runIfActive { Self.addresses(of: host) }) ?? [])
            }
            if !Task.isCancelled { inbox.yield(.trusted(addresses)) }
        }
    }

    /// The numeric addresses of a name, or the address that it is.
    private static func addresses(of host: String) -> Set<String> {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let bare = host.hasPrefix("[") ? String(host.dropFirst().prefix { $0 != "]" }) : host
        guard getaddrinfo(bare, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var result: Set<String> = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let done = getnameinfo(
                entry.ai_addr,
                entry.ai_addrlen,
                &text,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            if done == 0 {
                result.insert(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
            }
        }
        return result
    }
}
