import Crypto
import Foundation
import Glibc
import SwiftASN1
import X509

/// A certificate for the pages, signed by itself: made at the first start, so that nothing ever goes over the network in
/// the clear.
struct SelfSignedCertificate {
    /// The certificate, PEM.
    let certificate: String
    /// Its private key, P-256, PEM (RFC 5915 or PKCS #8).
    let privateKey: String

    /// How long it is good: browsers accept at most 398 days of others, and make no difference.
    static let days = 397
    /// It is made anew so many days before its end.
    static let renewalDays = 30

    /// Makes one.
    ///
    /// - Parameters:
    ///   - names: host names and numeric addresses.
    ///   - now: the time from which it is good, less an hour for clocks that are behind.
    /// - Throws: when a part has no form in DER.
    init(names: [String], now: Date) throws {
        let key = P256.Signing.PrivateKey()
        let subject = try DistinguishedName {
            OrganizationName("phoneprovd")
            CommonName(names.first ?? "localhost")
        }
        let signer = Certificate.PrivateKey(key)
        let made = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: signer.publicKey,
            notValidBefore: now.addingTimeInterval(-3_600),
            notValidAfter: now.addingTimeInterval(Double(Self.days) * 86_400),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names.map(Self.generalName))
            },
            issuerPrivateKey: signer
        )
        var serializer = DER.Serializer()
        try serializer.serialize(made)
        certificate = PEMDocument(type: "CERTIFICATE", derBytes: serializer.serializedBytes).pemString + "\n"
        privateKey = key.pemRepresentation + "\n"
    }

    /// When a certificate ends; `nil` when the text is none.
    static func end(ofPEM text: String) -> Date? { (try? Certificate(pemEncoded: text))?.notValidAfter }

    private static func generalName(_ name: String) -> GeneralName {
        var four = in_addr()
        if inet_pton(AF_INET, name, &four) == 1 {
            return .ipAddress(ASN1OctetString(contentBytes: withUnsafeBytes(of: four) { ArraySlice($0) }))
        }
        var six = in6_addr()
        if inet_pton(AF_INET6, name, &six) == 1 {
            return .ipAddress(ASN1OctetString(contentBytes: withUnsafeBytes(of: six) { ArraySlice($0) }))
        }
        return .dnsName(name)
    }
}
