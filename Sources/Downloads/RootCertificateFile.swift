/// A file of root certificates as a server gives it: PEM with one certificate or several, or one in DER.
public enum RootCertificateFile {
    /// How many certificates there are in a file; `nil` when it is no certificate file.
    ///
    /// Only the form is looked at: whether a certificate can be trusted is found out when it is used.
    public static func certificateCount(in bytes: [UInt8]) -> Int? {
        guard let pem = try? RootCertificates.pem(bytes) else { return nil }
        let marker = Array("-----BEGIN CERTIFICATE-----".utf8)
        var count = 0
        var rest = pem[...]
        while let start = rest.firstRange(of: marker) {
            count += 1
            rest = rest[start.upperBound...]
        }
        return count > 0 ? count : nil
    }
}
