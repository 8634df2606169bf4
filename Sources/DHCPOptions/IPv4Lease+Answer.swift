extension IPv4Lease {
    /// What a server's answer to DHCPINFORM says. It gives no address and no time (RFC 2131 section 4.3.5); the address is
    /// the one that the client had.
    public init(answer: DHCPMessage, address: IPv4Address) {
        self.init()
        func value(_ code: UInt8) -> OptionValue {
            guard let content = answer.options[code] else { return .absent }
            return OptionValue(bytes: content, raw: ClientEncoding.text(of: content))
        }
        option160 = value(DHCPMessage.Code.option160)
        option159 = value(DHCPMessage.Code.option159)
        option66 = value(DHCPMessage.Code.serverName)
        if case .absent = option66, !answer.serverName.isEmpty {
            let raw = ClientEncoding.text(of: answer.serverName)
            option66 = OptionValue(bytes: answer.serverName, raw: raw).noting(.serverNameField)
        }
        bootfileName = value(DHCPMessage.Code.bootFile)
        domainName = value(DHCPMessage.Code.domainName)
        self.address = "\(address)"
        serverIdentifier = answer.serverIdentifier.map { "\($0)" }
    }
}

extension OptionValue {
    /// The value with one more note; one that is refused or absent stays as it is.
    func noting(_ note: OptionNote) -> OptionValue {
        if case .value(let text, let notes, let raw) = self {
            .value(text, notes: notes + [note], raw: raw)
        } else {
            self
        }
    }
}
