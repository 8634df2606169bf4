import CCurl
import Glibc

/// What libcurl's TLS library knows of a connection.
enum TLSLibrary {
    /// The number of certificates of a chain that are looked at.
    static let maximumCertificates = 10

    private typealias VersionFunction = @convention(c) (UnsafeRawPointer) -> UnsafePointer<CChar>?

    /// OpenSSL's `SSL_get_version`. libcurl has no way to ask for the version, but hands the connection's
    /// object out; OpenSSL is in the process because libcurl is linked with it, so nothing is linked for this.
    private static let openSSLVersion: VersionFunction? = {
        guard let symbol = dlsym(nil, "SSL_get_version") else { return nil }
        // The signature is that of the manual page SSL_get_version(3).
        return unsafeBitCast(symbol, to: VersionFunction.self)
    }()

    /// The version of TLS on the connection that the transfer uses now.
    static func version(of easy: EasyHandle) -> String? {
        var session: UnsafeMutablePointer<curl_tlssessioninfo>?
        guard ccurl_easy_getinfo_tls(easy.pointer, &session) == CURLE_OK, let session,
            session.pointee.backend == CURLSSLBACKEND_OPENSSL, let connection = session.pointee.internals,
            let name = openSSLVersion?(connection)
        else { return nil }
        return String(cString: name)
    }

    /// The chain that the server sent, its own certificate first.
    static func certificates(of easy: EasyHandle) -> [TLSFailure.Certificate] {
        var info: UnsafeMutablePointer<curl_certinfo>?
        guard ccurl_easy_getinfo_certificates(easy.pointer, &info) == CURLE_OK, let info,
            let lists = info.pointee.certinfo
        else { return [] }
        return (0..<min(Int(info.pointee.num_of_certs), maximumCertificates)).map { position in
            let fields = self.fields(lists[position])
            return TLSFailure.Certificate(
                position: position,
                subject: fields["Subject"] ?? "",
                issuer: fields["Issuer"] ?? "",
                notBefore: fields["Start date"] ?? "",
                notAfter: fields["Expire date"] ?? "",
                names: fields["X509v3 Subject Alternative Name"] ?? "",
                rsaBits: fields["RSA Public Key"].flatMap { Int($0.prefix { $0.isNumber }) },
                signatureAlgorithm: fields["Signature Algorithm"] ?? ""
            )
        }
    }

    private static func fields(_ list: UnsafeMutablePointer<curl_slist>?) -> [String: String] {
        var result: [String: String] = [:]
        var item = list
        while let current = item {
            if let data = current.pointee.data {
                let parts = String(cString: data).split(separator: ":", maxSplits: 1)
                if parts.count == 2 { result[String(parts[0])] = SafeText.line(String(parts[1])) }
            }
            item = current.pointee.next
        }
        return result
    }
}
