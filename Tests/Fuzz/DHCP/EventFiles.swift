@testable import DHCPOptions

/// A file of the spool is read, and its variables are taken for an event.
func checkFile(_ bytes: [UInt8]) {
    do throws(DHCPEventFile.Failure) {
        let variables = try DHCPEventFile.decode(bytes)
        let written = try DHCPEventFile.encode(variables)
        invariant(written.count == bytes.count, "written anew it has \(written.count) bytes")
        invariant(try DHCPEventFile.decode(written) == variables, "written anew it differs")
        checkEvent(variables)
    } catch {
        invariant(error.description.isOneLine, "error of several lines: \(error)")
    }
}

private func checkEvent(_ variables: [String: String]) {
    let event: DHCPEvent
    do throws(DHCPEventError) {
        event = try DHCPEvent(environment: variables)
    } catch {
        invariant(error.description.isOneLine, "error of several lines: \(error)")
        return
    }
    invariant(InterfaceName.isValid(event.interface) && event.interface.isOneLine, "interface \(event.interface)")
    invariant(event.reason.description.isOneLine, "reason \(event.reason)")
    for note in event.notes { invariant(note.description.isOneLine, "note of several lines: \(note)") }
    invariant((try? DHCPEvent(environment: event.variables)) == event, "its own variables are another event")
    switch event.change {
    case .bound(.ipv4(let lease)):
        for value in [lease.option160, lease.option159, lease.option66, lease.bootfileName, lease.domainName] {
            check(value)
        }
        for address in [lease.address, lease.serverIdentifier].compactMap(\.self) { checkDottedQuad(address) }
    case .bound(.ipv6(let lease)):
        check(lease.vendorURL)
        for text in [lease.address, lease.serverIdentifier].compactMap(\.self) {
            invariant(text.isOneLine, "address \(text)")
        }
    case .ended, .ignored: break
    }
    let values = LeaseValues().merging(event)
    invariant(values.merging(event) == values, "the same event twice changes something")
    invariant(values.valid(at: .max) == values || values.ipv4?.expiry != nil || values.ipv6?.expiry != nil, "expired")
}

private func checkDottedQuad(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    invariant(parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }, "address \(text)")
}
