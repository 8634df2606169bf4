import Glibc

/// Whether a request can be carried out as it stands.
enum RequestCheck {
    /// The largest value of ``DownloadRequest/maximumBytes``: 64 MiB, as the file is kept in memory.
    static let largestMaximum = 67_108_864

    static func url(_ text: String) throws(DownloadError.Reason) -> DownloadURL {
        do throws(DownloadURL.Problem) {
            return try DownloadURL(text)
        } catch {
            switch error {
            case .unsupportedScheme(let scheme): throw .unsupportedScheme(scheme)
            case .malformed(let why): throw .badURL(why)
            }
        }
    }

    static func values(of request: DownloadRequest) throws(DownloadError.Reason) {
        try text(request.userAgent, "the User-Agent")
        try text(request.validators.etag, "the ETag of the copy")
        try text(request.validators.lastModified, "the Last-Modified of the copy")
        try text(request.credentials?.user, "the user name")
        try text(request.credentials?.password, "the password")
        guard (1...largestMaximum).contains(request.maximumBytes) else {
            throw .badRequest("maximumBytes is \(request.maximumBytes), and must be from 1 to \(largestMaximum)")
        }
        let timeouts = request.timeouts
        for (name, value) in [
            ("connect", timeouts.connect), ("firstByte", timeouts.firstByte), ("idle", timeouts.idle),
            ("total", timeouts.total),
        ] {
            guard (.milliseconds(1)...Timeouts.longest).contains(value) else {
                throw .badRequest("the time-out \(name) is \(value), and must be from 0.001 to 3600 seconds")
            }
        }
        if let proxy = request.proxy { try check(proxy) }
        if let binding = request.localBinding { try check(binding) }
    }

    static func roots(of request: DownloadRequest, systemRoots: Leg.SystemRoots) throws(DownloadError.Reason)
        -> Leg.Roots
    {
        guard request.roots.count <= DownloadRequest.maximumRoots else {
            throw .badRequest(
                "it has \(request.roots.count) root certificates, and at most \(DownloadRequest.maximumRoots) are allowed"
            )
        }
        var pem: [UInt8] = []
        for (index, bytes) in request.roots.enumerated() {
            do throws(RootCertificates.Problem) {
                pem += try RootCertificates.pem(bytes)
            } catch {
                throw .badRoot(number: index + 1, error.text)
            }
        }
        if request.onlyProvisionedRoots { return .only(pem) }
        return pem.isEmpty ? .system(systemRoots) : .systemAnd(systemRoots, pem)
    }

    private static func text(_ value: String?, _ name: String) throws(DownloadError.Reason) {
        guard let bytes = value?.utf8 else { return }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw .badRequest("\(name) has control characters")
        }
        guard bytes.count <= HTTPDetails.maximumValueLength else {
            throw .badRequest("\(name) has more than \(HTTPDetails.maximumValueLength) bytes")
        }
    }

    private static func check(_ proxy: Proxy) throws(DownloadError.Reason) {
        let bytes = proxy.host.utf8
        // Only what a name or an address has: no scheme, no path, no credentials that libcurl would read there.
        guard (1...255).contains(bytes.count), !proxy.host.hasPrefix("-"),
            bytes.allSatisfy({ isHostByte($0) })
        else { throw .badRequest("the proxy's host is not a name or an address") }
        guard proxy.port > 0 else { throw .badRequest("the proxy's port is 0") }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private static func check(_ binding: LocalBinding) throws(DownloadError.Reason) {
        switch binding {
        case .interface(let name):
            // The kernel's rule for names: dev_valid_name() in net/core/dev.c.
            guard (1...15).contains(name.utf8.count), name != ".", name != "..",
                !name.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") })
            else { throw .badRequest("the interface's name is not one") }
        case .address(let address):
            // libcurl would look a name up, and block meanwhile.
            var storage = in6_addr()
            guard inet_pton(AF_INET, address, &storage) == 1 || inet_pton(AF_INET6, address, &storage) == 1 else {
                throw .badRequest("the local address is not an IP address in numbers")
            }
        }
    }
}
