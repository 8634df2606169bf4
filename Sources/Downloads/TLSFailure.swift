/// Why a TLS connection was refused, by us or by the server.
public struct TLSFailure: Sendable, Equatable {
    /// The kinds of refusal. The first six are verdicts on the server's certificates (the numbers are
    /// OpenSSL's `X509_V_ERR_*`).
    public enum Kind: Sendable, Equatable {
        /// A certificate's last day is over (10).
        case expired

        /// A certificate's first day is still to come (9): often this host's clock is wrong.
        case notYetValid

        /// The certificate is for another name (62, or libcurl's own check of the name).
        case wrongHost(String)

        /// No trusted root has issued the chain, or a certificate in between was not sent (2, 20, 21).
        case unknownIssuer

        /// The chain ends in a self-signed certificate that is not trusted (18, 19).
        case selfSigned

        /// A key or a signature that is too weak for this host's security level (66, 67, 68).
        case tooWeak(String)

        /// No version of TLS in common: this side speaks 1.2 and 1.3.
        case protocolVersion

        /// What listens on the port does not speak TLS.
        case notTLS

        /// The server wants a certificate from the client.
        case clientCertificateRequired

        /// The handshake was refused by the server; the text is its alert.
        case refusedByServer(String)

        /// Anything else, in the TLS library's words.
        case other(String)
    }

    /// A certificate of the chain that the server sent, as far as it helps to find the fault.
    public struct Certificate: Sendable, Equatable {
        /// Its place in the chain: 0 is the server's own.
        public let position: Int

        /// Whom it belongs to.
        public let subject: String

        /// Who issued it.
        public let issuer: String

        /// Its first moment, as OpenSSL prints it (`Jan  1 00:00:00 2024 GMT`).
        public let notBefore: String

        /// Its last moment, in the same form.
        public let notAfter: String

        /// The names it is good for (`DNS:example.com, IP Address:192.0.2.1`); empty when it has none.
        public let names: String

        /// The size of its RSA key in bits; `nil` for another kind of key.
        public let rsaBits: Int?

        /// The algorithm of its signature, as OpenSSL names it: `sha256WithRSAEncryption`.
        public let signatureAlgorithm: String

        /// A certificate with these properties.
        public init(
            position: Int,
            subject: String,
            issuer: String,
            notBefore: String,
            notAfter: String,
            names: String,
            rsaBits: Int? = nil,
            signatureAlgorithm: String = ""
        ) {
            self.position = position
            self.subject = subject
            self.issuer = issuer
            self.notBefore = notBefore
            self.notAfter = notAfter
            self.names = names
            self.rsaBits = rsaBits
            self.signatureAlgorithm = signatureAlgorithm
        }
    }

    /// What is wrong.
    public let kind: Kind

    /// The certificate it is wrong with, when that could be learnt from the server.
    public let certificate: Certificate?

    /// A failure of this kind.
    public init(kind: Kind, certificate: Certificate? = nil) {
        self.kind = kind
        self.certificate = certificate
    }
}
