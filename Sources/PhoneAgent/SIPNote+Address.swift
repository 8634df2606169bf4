import SIP

extension SIPNote {
    /// Whether it says itself over which family something came or went.
    var namesAddress: Bool {
        switch self {
        case .notSubscribed, .windowClosed, .flood, .transactionTimedOut, .suppressed, .phoneRefused: false
        case .withSuppressed(let note, _): note.namesAddress
        case .subscribeSent, .responseReceived, .notifyReceived, .notifyWithoutURL, .notifyRepeated,
            .notifyUnanswerable, .resyncReceived, .resyncRepeated, .answered, .dropped:
            true
        }
    }
}
