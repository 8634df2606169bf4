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
        case .tooWeak(let what): "the TLS connection would be too weak: \(what); use larger keys and SHA-256"
        case .protocolVersion: "no version of TLS in common; the server must speak TLS 1.2 or 1.3"
        case .notTLS: "the server does not speak TLS on this port; check the port, or use http"
        case .clientCertificateRequired: "the server wants a client certificate; switch that off for phones"
        case .refusedByServer(let alert): "the server refuses the TLS connection: \(alert); check its log"
        case .other(let text): "no TLS connection: \(text)"
        }
    }

    private var whose: String {
        guard let certificate else { return "a certificate of the server's chain" }
        return certificate.position == 0
            ? "the server's certificate \"\(certificate.subject)\""
            : "certificate \(certificate.position + 1) of the server's chain, \"\(certificate.subject)\","
    }
}

extension TLSFailure.Certificate {
    fileprivate var holder: String { names.isEmpty ? subject : names }
}
