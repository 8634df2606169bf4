import ConfigurationFile
import PhoneSettings

/// A file is encrypted as a server does and read with its key: it must say what the plain file says. Then it is read
/// damaged.
///
/// The first byte of the input chooses the length of the key, the digest and the form; 24 and above take the rest for a
/// file that is encrypted already. The second byte is the place and the kind of the damage.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEncrypted(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count >= 2 else { return 0 }
    let bytes = input(data, count)
    let damage = Int(bytes[1])
    let content = Array(bytes.dropFirst(2))
    guard let encryption = Encryption(choice: bytes[0]) else {
        check(content, Encryption.keys[damage % Encryption.keys.count])
        return 0
    }
    var file = encryption.encrypt(content)
    compare(file, plain: content, encryption)
    if damage > 0 {
        let place = 10 + (file.count - 10) * damage / 256
        switch damage % 4 {
        case 0: file[place] ^= UInt8(1 << (damage >> 5))
        case 1: file.removeSubrange(place...)
        case 2: file.remove(at: place)
        default: file.insert(contentsOf: [UInt8(damage), 0x0A], at: place)
        }
        check(file, encryption.key)
    }
    return 0
}

/// Reads a file of which nothing is known but that it must not do harm.
private func check(_ file: [UInt8], _ key: DecryptionKey?) {
    do throws(ConfigurationFileError) {
        _ = try ConfigurationFile.read(file, as: .standard, key: key)
    } catch {
        invariant(error.description.isOneLine, "error of several lines: \(error)")
        if case .badBase64(let offset) = error { invariant(offset <= file.count, "byte \(offset) of \(file.count)") }
    }
}

private func compare(_ file: [UInt8], plain: [UInt8], _ encryption: Encryption) {
    invariant(ConfigurationFile.isEncrypted(file), "not known for an encrypted file")
    if ConfigurationFile.isEncrypted(plain) { return check(file, encryption.key) }
    let expected = Result { () throws(ConfigurationFileError) in try ConfigurationFile.read(plain, as: .standard) }
    let found = Result { () throws(ConfigurationFileError) in
        try ConfigurationFile.read(file, as: .standard, key: encryption.key)
    }
    switch (expected, found) {
    case (.success(let plain), .success(let document)):
        invariant(document.encryption == .aes(encryption.length, encryption.digest), "\(document.encryption)")
        invariant(document.settings == plain.settings, "other settings")
        invariant(document.diagnostics == plain.diagnostics && document.encoding == plain.encoding, "other diagnostics")
    case (.failure, .failure(.wrongKey)):
        // What is no text is not taken for a document, whatever the key.
        break
    case (.failure(let plain), .failure(let error)):
        invariant(plain == error, "refused for \(plain), encrypted for \(error)")
    case (.success, .failure(let error)): invariant(false, "encrypted it is refused: \(error)")
    case (.failure(let error), .success): invariant(false, "plain it is refused: \(error)")
    }
    invariant((try? ConfigurationFile.read(file, as: .standard)) == nil, "opened without a key")
}
