/// The limits that keep every message and every table of this module bounded.
public enum SIPLimits {
    /// Bytes in one datagram: the largest that the UDP length field can express. Longer input is refused.
    public static let maximumDatagramLength = 65_535
    /// Bytes in the start line or in one header field with all its continuation lines.
    public static let maximumLineLength = 8_192
    /// Header fields in one message. RFC 4475 section 3.1.1.7 needs 43 of them.
    public static let maximumHeaders = 256
    /// Comma-separated values that are read from all header fields of one name, for example `Via`.
    public static let maximumValues = 256
    /// Parameters (`;name=value`) on one header field value or in one URI.
    public static let maximumParameters = 64
    /// Bytes in a provisioning URL. The phone's own limit is 384; the agent allows longer ones with a warning.
    public static let maximumURLLength = 2_048
    /// Bytes of foreign text (a product name, a reason phrase, a URI) that are kept for a note.
    public static let maximumNotedText = 256

    /// Phones on one socket.
    public static let maximumPhones = 65_536
    /// Users by which one phone can be named in the Request-URI of a resync NOTIFY: numbers and SIP URIs of its lines.
    public static let maximumResyncUsers = 64
    /// Servers remembered in one exchange; further ones are answered but not listed.
    public static let maximumServers = 16
    /// Notes written about one exchange. The rest is counted.
    public static let maximumExchangeNotes = 100
    /// Notes a second about datagrams that belong to no exchange. The rest is counted.
    public static let maximumStrangerNotesPerSecond = 1
    /// Datagrams a second that belong to no exchange. With more of them, and a phone that waits for its PnP server, only
    /// those with a Call-ID of the phones are read for a while.
    public static let maximumStrangersPerSecond = 500
    /// Bytes that the beginning of all Call-IDs must have to be looked for in a datagram.
    public static let minimumCallIDPrefix = 8
    /// Answers a second to requests that belong to no exchange and do not resynchronise a phone (481, 405, OPTIONS…).
    public static let maximumStrangerAnswersPerSecond = 50
    /// Requests remembered so that a retransmission acts once and a merged copy is told apart (RFC 3261 section 8.2.2.2).
    public static let maximumServerTransactions = 2_048
}

/// The timers of a transaction over UDP (RFC 3261 section 17.1.2 and table 4).
public enum SIPTimers {
    /// T1, the round-trip estimate: first interval between retransmissions.
    public static let t1 = Duration.milliseconds(500)
    /// T2, the longest interval between retransmissions, and the interval after a provisional response.
    public static let t2 = Duration.seconds(4)
    /// T4, how long a message stays in the network. Timer K.
    public static let t4 = Duration.seconds(5)
    /// 64 × T1: timers F, J and N. A closed exchange is kept this long, so that repeated NOTIFYs are still answered.
    public static let transactionTimeout = Duration.seconds(32)
    /// How long strangers are left out when there are too many of them.
    public static let floodInterval = Duration.seconds(1)
    /// A phone that has been told to load its configuration is not told again within this time: further NOTIFYs are
    /// answered 200, and the one run serves them all.
    public static let resyncInterval = Duration.seconds(1)
}
