import Foundation
import Glibc
import Logging
import NIOSSL
import Synchronization

/// The certificate with which the pages are served: the user's own, or one that is made and renewed here.
public final class CertificateStore: Sendable {
    private let configuration: WebConfiguration
    private let logger: Logger
    private let current: Mutex<NIOSSLContext>

    /// The file of the certificate that is made, in the state directory.
    public static let certificateFile = "certificate.pem"
    /// The file of its private key.
    public static let privateKeyFile = "private-key.pem"
    /// The longest PEM file that is read, in bytes: a chain has a few thousand.
    static let maximumBytes = 262_144

    /// Why there is no certificate.
    public struct Problem: Error, CustomStringConvertible {
        /// What happened, then what to do.
        public let description: String
    }

    /// Reads the certificate, or makes one.
    ///
    /// - Throws: ``Problem``.
    public init(_ configuration: WebConfiguration, now: Date = Date(), logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        current = Mutex(try Self.context(configuration, now, logger))
    }

    /// Sees whether the user's own certificate and its key can be used together; nothing is made or kept.
    ///
    /// - Throws: ``Problem``.
    public static func check(_ configuration: WebConfiguration) throws(Problem) {
        guard !configuration.certificate.isEmpty else { return }
        let files = Files(configuration)
        _ = try context(certificate: try own(files.certificate), key: try own(files.key), files)
    }

    /// What new connections are answered with.
    var context: NIOSSLContext { current.withLock { $0 } }

    /// Renews the certificate when its time has come, and reads the user's own again when it has been replaced.
    ///
    /// What cannot be had leaves the one that is in use.
    public func refresh(now: Date = Date()) {
        do {
            let fresh = try Self.context(configuration, now, logger)
            current.withLock { $0 = fresh }
        } catch {
            logger.error("the certificate stays as it is: \(error)")
        }
    }

    private static func context(
        _ configuration: WebConfiguration,
        _ now: Date,
        _ logger: Logger
    ) throws -> NIOSSLContext {
        let (certificate, key) = try pair(configuration, now, logger)
        let files = Files(configuration)
        if let end = SelfSignedCertificate.end(ofPEM: certificate), end < now {
            logger.warning("\(files.certificate): the certificate has expired: browsers refuse it until it is renewed")
        }
        return try context(certificate: certificate, key: key, files)
    }

    private static func context(
        certificate: String,
        key: String,
        _ files: Files
    ) throws(Problem) -> NIOSSLContext {
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)), !chain.isEmpty else {
            throw Problem(description: "\(files.certificate): no certificate in PEM can be read in it")
        }
        guard let privateKey = try? NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem) else {
            throw Problem(
                description:
                    "\(files.key): no private key in PEM can be read in it; one with a passphrase cannot be used"
            )
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(privateKey)
        )
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw Problem(
                description:
                    "\(files.key): the key is not that of the first certificate in \(files.certificate), or is of a"
                    + " kind that cannot be used (\(error))"
            )
        }
    }

    /// Where the certificate and its key are: the user's own, or those that are made.
    private struct Files {
        let certificate: String
        let key: String

        init(_ configuration: WebConfiguration) {
            let isOwn = !configuration.certificate.isEmpty
            certificate = isOwn ? configuration.certificate : "\(configuration.stateDirectory)/\(certificateFile)"
            key = isOwn ? configuration.privateKey : "\(configuration.stateDirectory)/\(privateKeyFile)"
        }
    }

    private static func pair(
        _ configuration: WebConfiguration,
        _ now: Date,
        _ logger: Logger
    ) throws(Problem) -> (certificate: String, key: String) {
        let files = Files(configuration)
        guard configuration.certificate.isEmpty else { return (try own(files.certificate), try own(files.key)) }
        if case .text(let certificate) = TextFile.read(files.certificate, limit: maximumBytes),
            case .text(let key) = TextFile.read(files.key, limit: maximumBytes),
            let end = SelfSignedCertificate.end(ofPEM: certificate),
            end.timeIntervalSince(now) > Double(SelfSignedCertificate.renewalDays) * 86_400
        {
            return (certificate, key)
        }
        let made: SelfSignedCertificate
        do {
            made = try SelfSignedCertificate(names: names(configuration), now: now)
        } catch {
            throw Problem(description: "a certificate cannot be made: \(error)")
        }
        // The key first: a certificate without its key would be taken for a whole pair at the next start.
        for (text, path) in [(made.privateKey, files.key), (made.certificate, files.certificate)] {
            if let reason = TextFile.write(text, to: path) {
                logger.warning("\(path): \(reason): the certificate is not kept, the next start makes another")
                break
            }
        }
        logger.notice("a certificate was made for \(names(configuration).joined(separator: ", "))")
        return (made.certificate, made.privateKey)
    }

    private static func own(_ path: String) throws(Problem) -> String {
        switch TextFile.read(path, limit: maximumBytes) {
        case .text(let text): return text
        case .absent: throw Problem(description: "\(path): there is no such file: put it there, or leave the key out")
        case .problem(let reason): throw Problem(description: "\(path): \(reason)")
        }
    }

    private static func names(_ configuration: WebConfiguration) -> [String] {
        var host = [CChar](repeating: 0, count: 256)
        let machine =
            gethostname(&host, host.count - 1) == 0
            ? String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
        var seen: Set<String> = []
        let all = configuration.names + [machine, "localhost", "127.0.0.1", "::1", configuration.listenAddress]
        return all.filter { name in
            !name.isEmpty && name != "0.0.0.0" && name != "::" && name.utf8.allSatisfy { $0 < 0x80 }
                && seen.insert(name).inserted
        }
    }
}
