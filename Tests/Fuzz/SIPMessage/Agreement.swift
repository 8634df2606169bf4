@testable import SIP

/// A message, and the reading of what it was printed as.
struct Agreement {
    let first: SIPMessage
    let second: SIPMessage

    func check() {
        invariant(second.hasEmptyLine && !second.hasBareLineFeed && second.malformedLines == 0, "printed loosely")
        checkStartLine()
        checkHeaders()
        invariant(first.body.elementsEqual(second.body), "the bodies differ")
        invariant(second.contentLength == .bytes(second.payload.count), "wrong Content-Length")
        checkValues()
    }

    private func checkStartLine() {
        switch (first.startLine, second.startLine) {
        case (.request(let method, let uri, _), .request(let otherMethod, let otherURI, _)):
            invariant(equal(method, otherMethod), "the methods differ")
            invariant(Self.printed(first.text(uri)).elementsEqual(second.bytes[otherURI.range]), "the URIs differ")
            invariant(first.method == second.method, "the methods differ")
            // What is read from a URI is never more than what stands there.
            for required in [true, false] {
                guard let text = second.requestURI, let read = try? SIPURI(text, schemeRequired: required) else {
                    continue
                }
                invariant(read.host.utf8.count + (read.user?.utf8.count ?? 0) <= text.utf8.count, "URI grows")
                invariant((read.unescapedUser?.utf8.count ?? 0) <= 3 * text.utf8.count, "escapes grow")
            }
        case (.response(let status, let reason), .response(let otherStatus, let otherReason)):
            invariant(status == otherStatus, "the status codes differ")
            let blank: (UInt8) -> Bool = { $0 == 0x20 }
            let printed = Self.printed(first.text(reason)).drop(while: blank)
            let kept = printed.lastIndex { !blank($0) }.map { printed[...$0] } ?? []
            invariant(kept.elementsEqual(second.bytes[otherReason.range]), "the reasons differ")
        case (.request, .response), (.response, .request): invariant(false, "a request became a response")
        }
    }

    private func checkHeaders() {
        var others = second.headers[...]
        for header in first.headers where header.name != .contentLength {
            guard let other = others.popFirst() else { return invariant(false, "a header field is missing") }
            invariant(header.name == other.name, "the header fields differ")
            invariant(header.name != .other || equal(header.nameSlice, other.nameSlice), "the names differ")
            invariant(equal(header.valueSlice, other.valueSlice), "the values differ")
        }
        invariant(others.count == 1 && others.first?.name == .contentLength, "header fields were added")
    }

    /// What is read only when it is asked for.
    private func checkValues() {
        agree("Via") { message throws(SIPValueError) in [try message.topVia()].flatMap(\.slices) }
        agree("Vias") { message throws(SIPValueError) in try message.vias().flatMap(\.slices) }
        for name in [SIPHeader.Name.from, .to, .contact] {
            agree("address") { message throws(SIPValueError) in
                let address = try message.nameAddress(name)
                return [address.displayName, address.uri] + address.parameters.flatMap(\.slices)
            }
        }
        agree("Event") { message throws(SIPValueError) in try message.event().parameters.flatMap(\.slices) }
        agree("type") { message throws(SIPValueError) in try message.mediaType().parameters.flatMap(\.slices) }
        invariant((try? first.sequence()) == (try? second.sequence()), "CSeq differs")
        invariant((try? first.event().type) == (try? second.event().type), "Event differs")
        invariant((try? first.mediaType().name) == (try? second.mediaType().name), "Content-Type differs")
        invariant(first.subscriptionState == second.subscriptionState, "Subscription-State differs")
        invariant(first.tag(.from) == second.tag(.from) && first.tag(.to) == second.tag(.to), "a tag differs")
        invariant(first.unsupportedExtensions() == second.unsupportedExtensions(), "Require differs")
        invariant(first.value(named: "X-Any") == second.value(named: "X-Any"), "another value differs")
    }

    private func agree(_ field: String, _ read: (SIPMessage) throws(SIPValueError) -> [SIPSlice?]) {
        let slices: [SIPSlice?]
        let others: [SIPSlice?]
        do throws(SIPValueError) {
            slices = try read(first)
        } catch {
            do throws(SIPValueError) {
                _ = try read(second)
                invariant(false, "\(field) can be read only after printing: \(error)")
            } catch let other {
                invariant(error == other, "\(field) is refused for \(error), then for \(other)")
            }
            return
        }
        do throws(SIPValueError) {
            others = try read(second)
        } catch {
            return invariant(false, "\(field) cannot be read after printing: \(error)")
        }
        invariant(slices.count == others.count, "\(field) has other parts")
        for (slice, other) in zip(slices, others) {
            guard let slice, let other else {
                invariant(slice == nil && other == nil, "\(field): a part is missing")
                continue
            }
            invariant(equal(slice, other), "\(field) differs")
        }
    }

    private func equal(_ slice: SIPSlice, _ other: SIPSlice) -> Bool {
        if first.bytes[slice.range].elementsEqual(second.bytes[other.range]) { return true }
        return first.unfolded(slice) == second.unfolded(other)
    }

    /// As the writer prints text: without control characters.
    private static func printed(_ text: String) -> [UInt8] { text.utf8.filter { $0 >= 0x20 && $0 != 0x7F } }
}

extension SIPVia {
    var slices: [SIPSlice?] { [transport, host] + parameters.flatMap(\.slices) }
}

extension SIPParameter {
    var slices: [SIPSlice?] { [name, value] }
}
