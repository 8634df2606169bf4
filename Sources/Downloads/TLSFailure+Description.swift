extension TLSFailure {
    /// A stable name for programs.
    var code: String {
        switch kind {
        case .expired: "tls-expired"
        case .notYetValid: "tls-not-yet-valid"
        case .wrongHost: "tls-wrong-host"
        case .unknownIssuer: "tls-unknown-issuer"
        case .selfSigned: "tls-self-signed"
        case .tooWeak: "tls-too-weak"
        case .protocolVersion: "tls-protocol-version"
        case .notTLS: "tls-not-tls"
        case .clientCertificateRequired: "tls-client-certificate-required"
        case .refusedByServer: "tls-refused-by-server"
        case .other: "tls-other"
        }
    }

    /// What happened, with which certificate, then what to do.
    var explanation: String {
        switch kind {
        case .expired:
            "\(whose) has expired\(certificate.map { " on \($0.notAfter)" } ?? ""); renew it on the server"
        case .notYetValid:
            "\(whose) is not valid yet\(certificate.map { ", only from \($0.notBefore) on" } ?? ""); check this "
                + "host's clock"
        case .wrongHost(let host):
            "the certificate is not for \(host)\(certificate.map { ", it is for \($0.holder)" } ?? ""); use the name "
                + "that the certificate has"
        case .unknownIssuer:
            "\(whose) was issued by \(certificate.map { "\"\($0.issuer)\"" } ?? "an authority"), which is not trusted; "
                + "provide its root (CFG_ROOT_CERTIFICATE_PATH1), or let the server send the whole chain"
        case .selfSigned:
            "\(whose) is self-signed and not trusted; provide it as a root (CFG_ROOT_CERTIFICATE_PATH1)"
        case .tooWeak(let what):
            "\(certificate == nil ? "the TLS connection" : whose) would be too weak: \(what)\(strength); use keys of "
                + "2048 bits or more and SHA-256"
        case .protocolVersion: "no version of TLS in common; the server must speak TLS 1.2 or 1.3"
        case .notTLS: "the server does not speak TLS on this port; check the port, or use http"
        case .clientCertificateRequired: "the server wants a client certificate; switch that off for phones"
        case .refusedByServer(let alert): "the server refuses the TLS connection: \(alert); check its log"
        case .other(let text): "no TLS connection: \(text)"
        }
    }

    private var strength: String {
        guard let certificate else { return "" }
        if let bits = certificate.rsaBits, bits < TLSFailure.Certificate.leastRSABits { return " (RSA, \(bits) bits)" }
        return certificate.signatureAlgorithm.isEmpty ? "" : " (\(certificate.signatureAlgorithm))"
    }

    private var whose: String {
        guard let certificate else { return "a certificate of the server's chain" }
        return certificate.position == 0
            ? "the server's certificate \"\(certificate.subject)\""
            : "certificate \(certificate.position + 1) of the server's chain, \"\(certificate.subject)\","
    }
}

extension TLSFailure.Certificate {
    /// What OpenSSL wants at Debian's security level 2 (SSL_CTX_set_security_level(3)).
    static let leastRSABits = 2_048

    /// Its key or its signature is below what is accepted today.
    var isWeak: Bool {
        if let rsaBits, rsaBits < Self.leastRSABits { return true }
        let signature = signatureAlgorithm.lowercased()
        return signature.contains("md5") || signature.contains("sha1")
    }

    fileprivate var holder: String { names.isEmpty ? subject : names }
}
