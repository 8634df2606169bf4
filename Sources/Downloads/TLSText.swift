import CCurl

/// What OpenSSL and libcurl say about a failed handshake, as a kind of failure.
enum TLSText {
    /// The server's certificates were refused by this side.
    /// - Parameter result: OpenSSL's `X509_V_ERR_*` (x509_vfy.h); of no meaning when libcurl itself refused.
    static func refusal(_ result: Int, _ text: String, host: String) -> TLSFailure.Kind {
        // libcurl compares the names itself, and its text begins so (lib/vtls/openssl.c, verifyhost).
        if text.hasPrefix("SSL: "), text.contains("match") || text.contains("common name") { return .wrongHost(host) }
        switch result {
        case 10: return .expired
        case 9: return .notYetValid
        case 62, 64: return .wrongHost(host)
        case 2, 20, 21: return .unknownIssuer
        case 18, 19: return .selfSigned
        case 66: return .tooWeak("the server's key is too small")
        case 67: return .tooWeak("a certification authority's key is too small")
        case 68: return .tooWeak("a signature's digest is too weak")
        default: return .other(text)
        }
    }

    /// The handshake did not come to an end. OpenSSL's texts stand in its file crypto/err/openssl.txt and have
    /// been the same since version 1.0.
    static func handshake(_ text: String) -> TLSFailure.Kind {
        let lower = text.lowercased()
        func has(_ part: String) -> Bool { lower.contains(part) }
        if has("protocol version") || has("unsupported protocol") || has("no protocols available") {
            return .protocolVersion
        }
        if has("wrong version number") || has("http request") || has("packet length too long") { return .notTLS }
        if has("certificate required") || has("client certificate") { return .clientCertificateRequired }
        if has("too small") || has("too weak") || has("insufficient security") || has("md too weak") {
            return .tooWeak(text)
        }
        if has("alert") { return .refusedByServer(text) }
        return .other(text)
    }
}

/// Which certificate of a chain is the one at fault.
enum CertificateFault {
    /// - Parameter now: Seconds since 1970.
    static func find(
        _ kind: TLSFailure.Kind,
        in chain: [TLSFailure.Certificate],
        now: Int
    ) -> TLSFailure.Certificate? {
        switch kind {
        case .expired: chain.first { seconds($0.notAfter).map { $0 < now } ?? false }
        case .notYetValid: chain.first { seconds($0.notBefore).map { $0 > now } ?? false }
        case .wrongHost: chain.first
        case .unknownIssuer: unissued(in: chain)
        case .selfSigned: chain.last { $0.subject == $0.issuer }
        case .tooWeak: chain.first { $0.isWeak }
        case .protocolVersion, .notTLS, .clientCertificateRequired, .refusedByServer, .other: nil
        }
    }

    /// The certificate whose issuer was not sent, following the chain from the server's own.
    private static func unissued(in chain: [TLSFailure.Certificate]) -> TLSFailure.Certificate? {
        guard var current = chain.first else { return nil }
        for _ in chain {
            guard let issuer = chain.first(where: { $0.subject == current.issuer && $0 != current }) else { break }
            current = issuer
        }
        return current
    }

    private static func seconds(_ date: String) -> Int? {
        let seconds = curl_getdate(date, nil)
        return seconds == -1 ? nil : seconds
    }
}
