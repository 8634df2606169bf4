@testable import DHCPOptions

/// Bytes as everything that a DHCP client's hook can hand over: a variable, an option, vendor-specific information, an
/// event's file and its name.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDHCP(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = input(data, count)
    let text = String(decoding: bytes, as: UTF8.self)
    check(OptionValue(variable: text))
    check(OptionValue(bytes: bytes, raw: ""))
    checkEncoding(bytes)
    checkVendorInformation(bytes)
    checkFile(bytes)
    checkMessage(bytes)
    if let name = DHCPEventFileName(text) { invariant(name.text == text, "a file name of another form") }
    return 0
}

/// A clean value is one line within its limit.
func check(_ value: OptionValue) {
    switch value {
    case .absent: break
    case .value(let text, let notes, _):
        invariant(!text.isEmpty && text.utf8.count <= OptionValue.maximumLength, "\(text.utf8.count) bytes")
        invariant(text.isOneLine, "value of several lines: \(text)")
        invariant(text.utf8.first != 0x20 && text.utf8.last != 0x20, "blanks around the value")
        for note in notes { invariant(note.description.isOneLine, "note of several lines: \(note)") }
        // What is clean stays as it is, unless it looks like quotes within quotes or the four bytes of an address.
        if notes.contains(.quotes) || text.utf8.count == 4 { return }
        let again = OptionValue(bytes: Array(text.utf8), raw: "")
        invariant(again.text == text, "not clean: \(text), then \(again)")
    case .refused(let refusal, let raw):
        invariant(refusal.description.isOneLine, "refusal of several lines: \(refusal)")
        invariant(raw.utf8.count <= 3 * ClientEncoding.maximumLength, "\(raw.utf8.count) bytes are kept")
        invariant(refusal.hexadecimal.utf8.count <= 3 * OptionRefusal.maximumBytesShown + 4, "all bytes are shown")
    }
}

/// What dhclient writes is read as the bytes that it wrote.
private func checkEncoding(_ bytes: [UInt8]) {
    var written: [UInt8] = []
    for byte in bytes {
        if ClientEncoding.escaped.contains(byte) {
            written += [UInt8(ascii: "\\"), byte]
        } else if byte.isPrintableASCII {
            written.append(byte)
        } else {
            written += [UInt8(ascii: "\\"), 0x30 + byte >> 6, 0x30 + byte >> 3 & 7, 0x30 + byte & 7]
        }
    }
    let variable = String(decoding: written, as: UTF8.self)
    // Text of the form 68:74:2f:a is taken for the other of dhclient's forms.
    if ClientEncoding.bytes(ofColonHexadecimal: written) != nil { return }
    do throws(ClientEncoding.Failure) {
        let read = try ClientEncoding.bytes(of: variable)
        invariant(read == bytes, "\(variable) is read as other bytes")
    } catch {
        invariant(error == .tooLong(written.count) && written.count > ClientEncoding.maximumLength, "\(error)")
    }
    guard bytes.count >= ClientEncoding.minimumHexBytes, !bytes.allSatisfy(\.isPrintableASCII) else { return }
    let hexadecimal = bytes.map { String($0, radix: 16) }.joined(separator: ":")
    guard hexadecimal.utf8.count <= ClientEncoding.maximumLength else { return }
    invariant((try? ClientEncoding.bytes(of: hexadecimal)) == bytes, "\(hexadecimal) is read as other bytes")
}

/// A message that can be read can be written and read again, and whatever an exchange is sent, it ends.
private func checkMessage(_ bytes: [UInt8]) {
    _ = UDPDatagram(packet: bytes[...], from: 67, to: 68)
    let address = IPv4Address(bits: 0xC633_6432)
    do throws(DHCPMessage.Failure) {
        let message = try DHCPMessage(bytes: bytes)
        let written = message.bytes
        if written.count <= DHCPMessage.maximumSize {
            invariant((try? DHCPMessage(bytes: written)) == message, "written anew it differs")
        }
        let lease = IPv4Lease(answer: message, address: address)
        for value in [lease.option160, lease.option159, lease.option66] { check(value) }
    } catch {
        invariant(error.description.isOneLine, "error of several lines: \(error)")
    }
    let transaction = bytes.dropFirst(4).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let question = DHCPInform.Question(
        address: address,
        hardwareAddress: Array(bytes.dropFirst(28).prefix(6)),
        vendorClass: "",
        transaction: transaction
    )
    var inform = DHCPInform(question, waits: [.seconds(1)])
    _ = inform.handle(.start)
    for action in inform.handle(.datagram(bytes)) {
        if case .note(let text) = action { invariant(text.isOneLine, "note of several lines: \(text)") }
        if case .finish(.answered(let answer)) = action { invariant(answer == bytes, "another answer") }
    }
    _ = inform.handle(.timeout)
}

private func checkVendorInformation(_ bytes: [UInt8]) {
    do throws(VendorInformation.Failure) {
        let information = try VendorInformation(bytes: bytes)
        guard let url = information.provisioningURL else { return }
        invariant(url.count + 8 <= bytes.count, "a URL of \(url.count) bytes in \(bytes.count)")
        let number = information.enterpriseNumber
        let header = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
        let length = [UInt8(truncatingIfNeeded: url.count >> 8), UInt8(truncatingIfNeeded: url.count)]
        let again = try VendorInformation(bytes: header + [0, 1] + length + url)
        invariant(again == information, "written anew it differs")
    } catch {
        invariant(error.description.isOneLine, "error of several lines: \(error)")
    }
}
