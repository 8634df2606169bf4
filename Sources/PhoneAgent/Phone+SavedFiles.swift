import ConfigurationFile
import Control
import Flash
import PhoneSettings
import Provisioning

// The saved copies, for people to look at.

extension Phone {
    /// What there is, in the order in which it is fetched.
    func savedFiles() -> [SavedFileSummary] {
        let roots = (1...3).map(FlashFile.rootCertificate)
        return (FileRole.allCases.map(FlashFile.document) + roots).compactMap { files[$0].map(SavedFileSummary.init) }
    }

    /// A configuration file, readable, with what the parser has to say at its lines.
    func savedDocument(_ name: String) async throws -> SavedDocumentReply {
        guard case .document(let role)? = FlashFile(name), let saved = files[.document(role)] else {
            throw ControlError.invalidValue(name: "file", reason: "no such file is saved")
        }
        let body: [UInt8]?
        do throws(FlashError) {
            body = try await environment.flash.body(of: .document(role), phone: identity.mac)
        } catch {
            throw ControlError.failed(reason: "\(error)")
        }
        let key = DecryptionKey(settings)
        do throws(ConfigurationFileError) {
            let document = try ConfigurationFile.read(body ?? [], as: ConfigurationRole(role), key: key)
            let encryption: String? =
                if case .aes(let length, let digest) = document.encryption {
                    "AES-\(length.rawValue), key by \(digest.rawValue)"
                } else {
                    nil
                }
            return SavedDocumentReply(
                file: SavedFileSummary(saved),
                encryption: encryption,
                text: try ConfigurationFile.maskedText(body ?? [], key: key),
                messages: document.diagnostics.map(DocumentMessage.init)
            )
        } catch {
            throw ControlError.failed(reason: "\(error)")
        }
    }
}

extension SavedFileSummary {
    init(_ saved: SavedFile) {
        self.init(
            file: "\(saved.file)",
            url: ProvisioningURL.masked(saved.url),
            bytes: saved.bytes,
            sha256: saved.sha256,
            receivedAt: saved.receivedAt.rfc3339
        )
    }
}

extension DocumentMessage {
    init(_ diagnostic: ConfigurationDiagnostic) {
        self.init(
            line: diagnostic.position?.line,
            severity: diagnostic.severity.rawValue,
            message: diagnostic.message
        )
    }
}
