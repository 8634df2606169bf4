import Foundation

extension LabNetwork {
    /// Lays the cable between the two hosts, directly or through the namespace of a wire, and gives them their addresses.
    static func connect(
        _ phone: LabNamespace,
        _ server: LabNamespace,
        through middle: LabNamespace?,
        _ options: Options,
        in directory: URL
    ) async throws {
        func cable(_ host: LabNamespace, _ other: LabNamespace, _ end: String) -> [String] {
            ["ip", "-n", host.name, "link", "add", "name", interface, "type", "veth"]
                + ["peer", "name", end, "netns", other.name]
        }
        if let middle {
            try await LabProcess.require(LabCommand(cable(phone, middle, LabWire.phoneEnd)))
            try await LabProcess.require(LabCommand(cable(server, middle, LabWire.serverEnd)))
            try await batch(middle, LabWire.ends.map { "link set \($0) up arp off multicast off" }, in: directory)
        } else {
            try await LabProcess.require(LabCommand(cable(phone, server, interface)))
        }
        async let phoneDone: Void = configure(
            phone,
            phoneHardwareAddress,
            options.phoneAddress,
            options.ipv6 ? phoneAddress6 : nil,
            in: directory
        )
        async let serverDone: Void = configure(
            server,
            serverHardwareAddress,
            serverAddress,
            options.ipv6 ? serverAddress6 : nil,
            in: directory
        )
        _ = try await (phoneDone, serverDone)
        if middle != nil {
            // A frame that a wire reads must be whole: no checksum left to the card, no segment larger than a frame.
            for host in [phone, server] {
                let words = [
                    "chroot", LabPlaces.root.plainPath, "ethtool", "-K", interface, "tx", "off", "tso", "off", "gso",
                    "off",
                ]
                try await LabProcess.require(LabCommand(words, in: host))
            }
        }
    }

    private static func configure(
        _ host: LabNamespace,
        _ hardwareAddress: String,
        _ address: String?,
        _ address6: String?,
        in directory: URL
    ) async throws {
        if address6 == nil {
            // Otherwise the kernel's own neighbour and multicast listener reports stand in every capture.
            try host.enter {
                for scope in ["default", interface] {
                    let switchFile = "/proc/sys/net/ipv6/conf/\(scope)/disable_ipv6"
                    guard FileManager.default.fileExists(atPath: switchFile) else { continue }
                    try Data("1".utf8).write(to: URL(filePath: switchFile))
                }
            }
        }
        if address6 != nil {
            // An IPv6 address would not come back when the cable does, and could not be used at once.
            for (name, value) in [("keep_addr_on_down", "1"), ("accept_dad", "0")] {
                let setting = "/proc/sys/net/ipv6/conf/\(interface)/\(name)"
                try host.enter { try Data(value.utf8).write(to: URL(filePath: setting)) }
            }
        }
        var lines = ["link set lo up", "link set \(interface) address \(hardwareAddress) up"]
        if let address { lines.append("addr add \(address)/24 dev \(interface)") }
        if let address6 { lines.append("addr add \(address6)/64 dev \(interface) nodad") }
        lines.append("route replace 224.0.0.0/4 dev \(interface)")
        try await batch(host, lines, in: directory)
    }

    private static func batch(_ host: LabNamespace, _ lines: [String], in directory: URL) async throws {
        let file = directory.appending(path: host.name + ".ip")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        try await LabProcess.require(LabCommand(["ip", "-n", host.name, "-batch", file.plainPath]))
    }
}
