import ConfigurationFile
import PhoneSettings

/// The bytes of a document whose device part is `device`.
func document(_ device: String, initial: String? = nil) -> [UInt8] {
    let first = initial.map { "<Initial>\($0)</Initial>" } ?? ""
    return Array("<PANASIPPhoneConfig>\(first)<Device>\(device)</Device></PANASIPPhoneConfig>".utf8)
}

/// Reads what `document` makes.
func read(
    _ device: String,
    initial: String? = nil,
    as role: ConfigurationRole = .standard
) throws(ConfigurationFileError) -> ConfigurationDocument {
    try ConfigurationFile.read(document(device, initial: initial), as: role)
}

/// What refuses a file; `nil` when it is accepted.
func refusal(
    _ bytes: [UInt8],
    as role: ConfigurationRole = .standard,
    key: DecryptionKey? = nil
) -> ConfigurationFileError? {
    do throws(ConfigurationFileError) {
        _ = try ConfigurationFile.read(bytes, as: role, key: key)
        return nil
    } catch {
        return error
    }
}

extension ConfigurationDocument {
    /// `NAME=value` of each setting.
    var pairs: [String] { settings.map { "\($0.key)=\($0.value)" } }
    /// The code of each diagnostic.
    var codes: [String] { diagnostics.map(\.code) }
}
