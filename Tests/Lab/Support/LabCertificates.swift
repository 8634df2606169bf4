import Foundation

/// Certificates for the lab's HTTPS servers, made by openssl: a root of the lab's own, and servers' certificates good and bad.
public struct LabCertificates: Sendable {
    /// A server's certificate.
    public enum Kind: String, Sendable, CaseIterable {
        /// Signed by the lab's root, for 198.51.100.1 and the names given.
        case good
        /// As `good`, but it ended in 2001.
        case expired
        /// As `good`, but it begins in 2045.
        case future
        /// As `good`, but with an RSA key of 1,024 bits.
        case weak
        /// As `good`, but signed by an authority whose own certificate, which is sent along, ended in 2001.
        case belowExpired
        /// As `good`, but signed by an authority whose own certificate is not sent along.
        case belowMissing
        /// Signed by the lab's root for another host, other.example.net.
        case wrongHost
        /// As `good`, but signed by itself.
        case selfSigned
    }

    /// The directory that holds them all.
    public let directory: URL

    /// The lab's root certificate, PEM.
    public var root: URL { directory.appending(path: "root.pem") }
    /// The lab's root certificate, DER.
    public var rootDER: URL { directory.appending(path: "root.der") }
    /// A root that has signed nothing here, PEM.
    public var otherRoot: URL { directory.appending(path: "otherRoot.pem") }
    /// A server's certificate, PEM.
    public func certificate(_ kind: Kind) -> URL { directory.appending(path: "\(kind.rawValue).pem") }
    /// A server's private key, PEM.
    public func key(_ kind: Kind) -> URL { directory.appending(path: "\(kind.rawValue).key") }

    /// Makes them all; about a fifth of a second.
    /// - Parameter names: further names of the server's host.
    /// - Throws: `LabError.commandFailed` with what openssl said.
    public static func make(in network: LabNetwork, names: [String] = ["prov.example.com"]) async throws -> Self {
        let directory = try network.makeDirectory("certificates")
        let hosts = (["IP:\(LabNetwork.serverAddress)"] + names.map { "DNS:\($0)" }).joined(separator: ",")
        let script = """
            cd \(directory.plainPath)
            key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
            # openssl ca alone takes the day on which a certificate ends.
            printf '%s\\n' '[ca]' 'default_ca = lab' '[lab]' 'database = index' 'new_certs_dir = .' 'default_md = sha256' \
                'policy = any' 'rand_serial = yes' 'unique_subject = no' 'copy_extensions = copy' '[any]' \
                'commonName = supplied' > ca.conf
            : > index
            for name in root otherRoot; do
                key "$name"
                openssl req -x509 -new -key "$name.key" -out "$name.pem" -days 3650 -subj "/CN=Lab $name" \
                    -addext keyUsage=critical,keyCertSign
            done
            openssl x509 -in root.pem -outform DER -out root.der
            # sign NAME EXTENSION FROM TO ISSUER, with a key that is there or a new one
            sign() {
                [ -e "$1.key" ] || key "$1"
                openssl req -new -key "$1.key" -out "$1.csr" -subj "/CN=Lab $1" -addext "$2"
                openssl ca -batch -notext -config ca.conf -cert "$5.pem" -keyfile "$5.key" -in "$1.csr" -out "$1.pem" \
                    -startdate "$3" -enddate "$4"
            }
            names=subjectAltName=\(hosts) past=20000101000000Z end=20491231235959Z
            sign good "$names" $past $end root
            sign expired "$names" $past 20010101000000Z root
            sign future "$names" 20450101000000Z $end root
            openssl genrsa -out weak.key 1024
            sign weak "$names" $past $end root
            sign wrongHost subjectAltName=DNS:other.example.net $past $end root
            sign expiredAuthority basicConstraints=critical,CA:TRUE $past 20010101000000Z root
            sign belowExpired "$names" $past $end expiredAuthority
            cat expiredAuthority.pem >> belowExpired.pem
            sign unsentAuthority basicConstraints=critical,CA:TRUE $past $end root
            sign belowMissing "$names" $past $end unsentAuthority
            key selfSigned
            openssl req -x509 -new -key selfSigned.key -out selfSigned.pem -days 3650 -subj "/CN=Lab selfSigned" \
                -addext "subjectAltName=\(hosts)"
            """
        let made = try await network.run(
            LabCommand(["sh", "-ec", script], in: network.server, insideRoot: true),
            within: .seconds(30)
        )
        guard made.status == 0 else {
            throw LabError.commandFailed(command: "openssl", status: "\(made.exit)", output: made.errors)
        }
        return Self(directory: directory)
    }
}
