/// A file of root certificates as a server gives it: PEM with one certificate or several, or one in DER.
public enum RootCertificateFile {
    /// One certificate of a file.
    public struct Certificate: Sendable, Hashable {
        /// Whom it belongs to, as OpenSSL writes it on one line: `CN=Example Root`.
        public let subject: String
        /// Its last day is over: what it has issued is not trusted.
        public let isExpired: Bool

        /// A certificate with these properties.
        public init(subject: String, isExpired: Bool) {
            self.subject = subject
            self.isExpired = isExpired
        }
    }

    /// Why a file is no file of root certificates; the text says what is wrong.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// The certificates in a file, in their order. A file is taken whole or not at all: one certificate that cannot be
    /// read would keep every HTTPS connection from being made.
    ///
    /// - Throws: ``Problem``.
    public static func certificates(in bytes: [UInt8]) throws(Problem) -> [Certificate] {
        let pem: [UInt8]
        do throws(RootCertificates.Problem) {
            pem = try RootCertificates.pem(bytes)
        } catch {
            throw Problem(description: error.text)
        }
        let announced = count(of: "-----BEGIN CERTIFICATE-----", in: pem)
        guard let read = CertificateReader.certificates(inPEM: pem) else {
            // Another TLS library than OpenSSL: only the form can be looked at.
            return [Certificate](repeating: Certificate(subject: "", isExpired: false), count: announced)
        }
        guard read.count == announced else {
            throw Problem(description: "certificate \(read.count + 1) of \(announced) in it cannot be read")
        }
        return read
    }

    private static func count(of marker: String, in bytes: [UInt8]) -> Int {
        let marker = Array(marker.utf8)
        var count = 0
        var rest = bytes[...]
        while let found = rest.firstRange(of: marker) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
