/// What a server does otherwise than RFC 3261 and RFC 6665 say, and is forgiven. Each has been seen in a server in use.
public enum SIPDeviation: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// The empty line after the header fields is missing: the datagram ends with the last header field.
    case noEmptyLine
    /// Lines end in LF without CR.
    case bareLineFeed
    /// A line is not a header field, or a header field that is needed cannot be read.
    case malformedHeader
    /// A header field that may stand once stands more often.
    case repeatedHeader
    /// A response without a tag in To.
    case responseWithoutToTag
    /// A response whose CSeq number is not the SUBSCRIBE's.
    case responseWithOtherCSeq
    /// A response whose Contact is empty or the phone's own address.
    case uselessContact
    /// A response whose Via branch is not the SUBSCRIBE's.
    case responseWithOtherBranch
    /// A NOTIFY with the phone's own Via: routing the answer by it would send it to the phone itself.
    case viaReused
    /// A Via without a branch.
    case viaWithoutBranch
    /// A branch without the magic cookie `z9hG4bK`.
    case branchWithoutCookie
    /// A Via whose sent-by is the multicast group.
    case viaWithGroupAddress
    /// A NOTIFY whose From is the SUBSCRIBE's From, instead of its To.
    case fromAndToNotSwapped
    /// A NOTIFY whose To tag is not the SUBSCRIBE's From tag.
    case otherToTag
    /// A NOTIFY without a tag in To.
    case noToTag
    /// A NOTIFY without a tag in From.
    case noFromTag
    /// A NOTIFY whose From tag is not the To tag of the same server's response.
    case fromTagNotFromResponse
    /// A Request-URI without a scheme.
    case requestURIWithoutScheme
    /// No Subscription-State (mandatory, RFC 6665 section 4.1.3).
    case noSubscriptionState
    /// A Subscription-State other than `terminated` although Expires was 0.
    case subscriptionNotTerminated
    /// No Event.
    case noEvent
    /// Another Event than `ua-profile`.
    case otherEvent
    /// No Content-Type although there is a body.
    case noContentType
    /// Another Content-Type than `application/url`.
    case otherContentType
    /// The URL stands in the Content-Type header field instead of the body.
    case urlInContentType
    /// No Content-Length, or one that is not a number.
    case noContentLength
    /// A Content-Length larger than the body.
    case contentLengthTooLarge
    /// A Content-Length smaller than the body.
    case contentLengthTooSmall
    /// Line ends or blanks after the URL.
    case blanksAfterURL
    /// Another Call-ID than the SUBSCRIBE's.
    case foreignCallID

    /// A few words for a note.
    public var description: String {
        switch self {
        case .noEmptyLine: "no empty line after the headers"
        case .bareLineFeed: "lines end in bare LF"
        case .malformedHeader: "malformed header field"
        case .repeatedHeader: "header field repeated"
        case .responseWithoutToTag: "response without To tag"
        case .responseWithOtherCSeq: "response with another CSeq"
        case .uselessContact: "Contact empty or the phone's own"
        case .responseWithOtherBranch: "response with another branch"
        case .viaReused: "the phone's own Via reused"
        case .viaWithoutBranch: "Via without branch"
        case .branchWithoutCookie: "branch without z9hG4bK"
        case .viaWithGroupAddress: "multicast address in Via"
        case .fromAndToNotSwapped: "From and To not swapped"
        case .otherToTag: "To tag is not the phone's"
        case .noToTag: "To without tag"
        case .noFromTag: "From without tag"
        case .fromTagNotFromResponse: "From tag differs from the response's To tag"
        case .requestURIWithoutScheme: "Request-URI without scheme"
        case .noSubscriptionState: "no Subscription-State"
        case .subscriptionNotTerminated: "subscription not terminated"
        case .noEvent: "no Event"
        case .otherEvent: "Event is not ua-profile"
        case .noContentType: "no Content-Type"
        case .otherContentType: "Content-Type is not application/url"
        case .urlInContentType: "URL in Content-Type"
        case .noContentLength: "no valid Content-Length"
        case .contentLengthTooLarge: "Content-Length too large"
        case .contentLengthTooSmall: "Content-Length too small"
        case .blanksAfterURL: "blanks after the URL"
        case .foreignCallID: "foreign Call-ID"
        }
    }
}
