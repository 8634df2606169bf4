import Foundation
import Glibc

/// dnsmasq as the lab's DHCP server, on request DNS and TFTP server too (measured with dnsmasq 2.90).
///
/// It gives 198.51.100.50 to .90, and 2001:db8::100 to ::1ff when it speaks DHCPv6. It sends an option only to a client that asks for it, and ends the text of options 66
/// and 67 with a NUL, which no setting prevents.
public final class DNSMasq: Sendable {
    /// A DHCP option that the server sends.
    public struct Option: Sendable, Equatable {
        /// The option's code, RFC 2132.
        public let code: UInt8
        /// What it holds on the wire.
        public let bytes: [UInt8]
        /// Whether it is to be sent as text; dnsmasq knows 66 and 67 as names and takes no hex for them.
        let isText: Bool

        /// An option that holds `text`.
        public static func text(_ code: UInt8, _ text: String) -> Option {
            Option(code: code, bytes: Array(text.utf8), isText: true)
        }

        /// An option that holds these bytes; at least two of them, for dnsmasq takes a single one for a number.
        public static func bytes(_ code: UInt8, _ bytes: [UInt8]) -> Option {
            Option(code: code, bytes: bytes, isText: false)
        }

        var line: String {
            if isText, code == 66 || code == 67 { return "\(code),\"\(String(decoding: bytes, as: UTF8.self))\"" }
            // Hex, for dnsmasq would take text that looks like an address for four bytes.
            let hex = bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }
            return "\(code),\(hex.joined(separator: ":"))"
        }
    }

    /// Text that the server sends by DHCPv6 in vendor-specific information, option 17 (RFC 8415 section 21.17).
    public struct VendorText: Sendable, Equatable {
        /// The vendor's enterprise number.
        public let enterprise: UInt32
        /// The code of the sub-option.
        public let code: UInt16
        /// What it holds.
        public let text: String

        /// Sub-option `code` of the vendor `enterprise`.
        public init(enterprise: UInt32, code: UInt16 = 1, _ text: String) {
            self.enterprise = enterprise
            self.code = code
            self.text = text
        }

        var line: String { "dhcp-option=vi-encap:\(enterprise),option6:\(code),\"\(text)\"" }
    }

    /// How the server is set up.
    public struct Configuration: Sendable {
        /// The options it sends.
        public var options: [Option]
        /// How long a lease lasts; dnsmasq allows no less than 120 seconds.
        public var lease: Duration
        /// When the client is told to renew (option 58, T1), no less than 3 seconds; nil for the usual half of the lease.
        public var renewal: Duration?
        /// Names that it answers for as DNS server; with none it is no DNS server.
        public var names: [String: String]
        /// The directory that it serves by TFTP; nil for no TFTP.
        public var tftpDirectory: URL?
        /// What it sends in DHCPv6 option 17; with nil it is no DHCPv6 server. Needs a network with IPv6.
        public var vendorText6: VendorText?
        /// Further lines of dnsmasq.conf.
        public var lines: [String]

        /// A configuration; without arguments, a DHCP server that sends addresses alone.
        public init(
            options: [Option] = [],
            lease: Duration = .seconds(3600),
            renewal: Duration? = nil,
            names: [String: String] = [:],
            tftpDirectory: URL? = nil,
            vendorText6: VendorText? = nil,
            lines: [String] = []
        ) {
            self.options = options
            self.lease = lease
            self.renewal = renewal
            self.names = names
            self.tftpDirectory = tftpDirectory
            self.vendorText6 = vendorText6
            self.lines = lines
        }
    }

    /// The server's process; every DHCP message is in its log.
    public let process: LabProcess
    private let optionsFile: URL

    /// Starts the server and waits until it is bound to its ports.
    /// - Throws: `LabError` when dnsmasq refuses its configuration; the message holds what it said.
    public static func start(in network: LabNetwork, _ configuration: Configuration) async throws -> DNSMasq {
        let server = try DNSMasq(network, configuration)
        var ports: [UInt16] = [67]
        if !configuration.names.isEmpty { ports.append(53) }
        if configuration.tftpDirectory != nil { ports.append(69) }
        if configuration.vendorText6 != nil { ports.append(547) }
        let bound = ports
        try await server.process.waitUntil("dnsmasq to listen on \(bound)") {
            try bound.allSatisfy { try network.server.listens(udp: $0) }
        }
        return server
    }

    private init(_ network: LabNetwork, _ configuration: Configuration) throws {
        let directory = try network.makeDirectory("dnsmasq")
        optionsFile = directory.appending(path: "options")
        var lines = [
            "port=\(configuration.names.isEmpty ? 0 : 53)", "interface=\(LabNetwork.interface)", "bind-interfaces",
            "except-interface=lo", "no-resolv", "no-hosts", "no-ping", "dhcp-authoritative", "log-dhcp",
            "dhcp-range=198.51.100.50,198.51.100.90,255.255.255.0,\(max(120, configuration.lease.components.seconds))",
            "dhcp-leasefile=\(directory.plainPath)/leases", "dhcp-optsfile=\(optionsFile.plainPath)",
        ]
        lines += configuration.names.map { "address=/\($0.key)/\($0.value)" }.sorted()
        if let tftp = configuration.tftpDirectory { lines += ["enable-tftp", "tftp-root=\(tftp.plainPath)"] }
        if let renewal = configuration.renewal {
            // dnsmasq passes over a T1 of two seconds and less, and takes half of the lease instead.
            lines.append("dhcp-option=option:T1,\(max(3, renewal.components.seconds))")
        }
        if let text = configuration.vendorText6 {
            lines += ["dhcp-range=2001:db8::100,2001:db8::1ff,64,1h", "enable-ra", text.line]
        }
        lines += configuration.lines
        let file = directory.appending(path: "dnsmasq.conf")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        try Self.write(configuration.options, to: optionsFile)
        let words = ["dnsmasq", "--no-daemon", "--user=root", "--conf-file=\(file.plainPath)"]
        process = try network.start(LabCommand(words, in: network.server, insideRoot: true), name: "dnsmasq")
    }

    private static func write(_ options: [Option], to file: URL) throws {
        for option in options where option.bytes.contains(UInt8(ascii: "\n")) && [66, 67].contains(option.code) {
            throw LabError.badArgument("dnsmasq cannot send a line break in option \(option.code)")
        }
        try Data(options.map { $0.line + "\n" }.joined().utf8).write(to: file)
    }

    /// Sends other options from now on, to clients that ask anew.
    /// - Throws: `LabError.timedOut` when dnsmasq does not say that it has read them.
    public func setOptions(_ options: [Option]) async throws {
        try Self.write(options, to: optionsFile)
        let said = "read \(optionsFile.plainPath)"
        let before = process.transcript.components(separatedBy: said).count
        process.send(signal: SIGHUP)
        try await process.waitForOutput(said, count: before)
    }

    /// Ends the server.
    public func stop() async { await process.stop() }
}
