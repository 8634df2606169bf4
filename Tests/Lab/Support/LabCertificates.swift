import Foundation

/// Certificates for the lab's HTTPS servers, made by openssl: a root of the lab's own, and servers' certificates good and bad.
public struct LabCertificates: Sendable {
    /// A server's certificate.
    public enum Kind: String, Sendable, CaseIterable {
        /// Signed by the lab's root, for 198.51.100.1 and the names given.
        case good
        /// As `good`, but it ended in 2001.
        case expired
        /// Signed by the lab's root for another host, other.example.net.
        case wrongHost
        /// As `good`, but signed by itself.
        case selfSigned
    }

    /// The directory that holds them all.
    public let directory: URL

    /// The lab's root certificate, PEM.
    public var root: URL { directory.appending(path: "root.pem") }
    /// A root that has signed nothing here, PEM.
    public var otherRoot: URL { directory.appending(path: "otherRoot.pem") }
    /// A server's certificate, PEM.
    public func certificate(_ kind: Kind) -> URL { directory.appending(path: "\(kind.rawValue).pem") }
    /// A server's private key, PEM.
    public func key(_ kind: Kind) -> URL { directory.appending(path: "\(kind.rawValue).key") }

    /// Makes them all; about a tenth of a second.
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
            sign() {
                key "$1"
                openssl req -new -key "$1.key" -out "$1.csr" -subj "/CN=Lab $1" -addext "subjectAltName=$2"
                openssl ca -batch -notext -config ca.conf -cert root.pem -keyfile root.key -in "$1.csr" -out "$1.pem" \
                    -startdate 20000101000000Z -enddate "$3"
            }
            sign good \(hosts) 20491231235959Z
            sign expired \(hosts) 20010101000000Z
            sign wrongHost DNS:other.example.net 20491231235959Z
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
