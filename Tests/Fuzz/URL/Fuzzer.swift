import Provisioning

/// A provisioning URL is completed, and a path in an initial file from there: whatever is asked for is a URL itself.
///
/// The input is the URL, then after a line end the path.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzURL(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let parts = input(data, count).split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    let text = String(decoding: parts[0], as: UTF8.self)
    let path = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : nil
    guard let identity else { return 0 }
    checkMask(text)
    do throws(ProvisioningURL.Invalid) {
        let url = try ProvisioningURL(completing: text, for: identity)
        check(url, identity)
        guard let path, let base = url.candidates.first else { return 0 }
        let file = try ProvisioningURL(path: path, inFileAt: base, for: identity)
        check(file, identity)
        checkServer(of: file, path, base)
    } catch {
        invariant(error.description.isOneLine, "error of several lines: \(error)")
    }
    return 0
}

private let identity = MACAddress("0080F0ABCDEF").map {
    PhoneIdentity(mac: $0, model: "KX-UTG200B", softwareVersion: "03.131")
}

private func check(_ url: ProvisioningURL, _ identity: PhoneIdentity) {
    invariant(url.candidates.count == 1 || url.candidates.count == 4, "\(url.candidates.count) candidates")
    for note in url.notes { invariant(note.isOneLine, "note of several lines: \(note)") }
    for candidate in url.candidates {
        invariant(candidate.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(candidate) has a character of no URL")
        invariant(candidate.utf8.count <= ProvisioningURL.maximumBytes, "\(candidate.utf8.count) bytes")
        checkMask(candidate)
        checkPort(candidate)
        do throws(ProvisioningURL.Invalid) {
            let again = try ProvisioningURL(exactly: candidate, for: identity)
            invariant(again.candidates == [candidate], "\(candidate) becomes \(again.candidates)")
            let twice = try ProvisioningURL(completing: candidate, for: identity)
            invariant(twice.candidates.count == 1, "\(candidate) names no protocol")
        } catch {
            invariant(false, "\(candidate) is refused: \(error)")
        }
    }
}

/// Digits follow the last colon behind the credentials and the brackets of an IPv6 address.
private func checkPort(_ candidate: String) {
    let server = authority(candidate).split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    guard let colon = server.lastIndex(of: ":"), server.last != "]" else { return }
    let port = server[server.index(after: colon)...]
    invariant(!port.isEmpty && port.allSatisfy(\.isWholeNumber), "port \(port) of \(candidate)")
}

/// What follows the first `://`, up to the path.
private func authority(_ url: String) -> Substring {
    guard let separator = url.firstRange(of: "://") else { return "" }
    return url[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
}

/// A path that names no server stays on the server of the initial file.
private func checkServer(of file: ProvisioningURL, _ path: String, _ base: String) {
    guard path.hasPrefix("/") || path.hasPrefix("./") || path.hasPrefix("../"), let url = file.candidates.first else {
        return
    }
    invariant(file.candidates.count == 1 && authority(url) == authority(base), "\(path) leads from \(base) to \(url)")
}

/// A masked URL shows no password, and masking it once more changes nothing.
private func checkMask(_ url: String) {
    let masked = ProvisioningURL.masked(url)
    invariant(ProvisioningURL.masked(masked) == masked, "\(masked) is masked once more")
    // A path can hold "://" and "@" as well; so only what follows a protocol counts.
    guard let separator = masked.firstRange(of: "://"),
        masked[..<separator.lowerBound].allSatisfy({ $0.isASCII && ($0.isLetter || "+-.".contains($0)) }),
        let at = authority(masked).lastIndex(of: "@")
    else { return }
    invariant(authority(masked)[..<at].hasSuffix("***"), "\(url) is shown as \(masked)")
}
