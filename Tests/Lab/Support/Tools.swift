import Foundation

/// SIPp, for peers whose answers a scenario dictates (sip-tester 3.6.1).
public enum SIPp {
    /// Starts a scenario on one of the lab's hosts.
    /// - Parameters:
    ///   - host: the host that it runs on.
    ///   - scenario: the scenario, XML.
    ///   - arguments: further arguments, such as `-i`, `-p`, `-m` and the remote host.
    /// - Returns: its process: it ends with status 0 when every call went as the scenario says.
    public static func start(
        in network: LabNetwork,
        on host: LabNamespace,
        scenario: String,
        arguments: [String]
    ) throws -> LabProcess {
        let directory = try network.makeDirectory("sipp")
        let file = directory.appending(path: "scenario.xml")
        try Data(scenario.utf8).write(to: file)
        let words = ["sipp", "-sf", file.plainPath, "-nostdin"]
        return try network.start(LabCommand(words + arguments, in: host, insideRoot: true), name: "sipp")
    }
}

/// tcpdump on a host's interface: what was really sent.
public final class LabCapture: Sendable {
    /// The capture, in pcap format.
    public let file: URL
    /// tcpdump's process.
    public let process: LabProcess
    private let network: LabNetwork
    private let host: LabNamespace

    /// Starts a capture on `eth0` of `host` and waits until it listens.
    /// - Parameter filter: a filter as in pcap-filter(7), such as `udp port 5060`.
    public static func start(
        in network: LabNetwork,
        on host: LabNamespace,
        filter: String = ""
    ) async throws -> LabCapture {
        let capture = try LabCapture(network, host, filter)
        try await capture.process.waitForOutput("listening on")
        return capture
    }

    private init(_ network: LabNetwork, _ host: LabNamespace, _ filter: String) throws {
        self.network = network
        self.host = host
        file = try network.makeDirectory("capture").appending(path: "frames.pcap")
        let words = [
            "tcpdump", "-i", LabNetwork.interface, "-U", "--immediate-mode", "-Z", "root", "-w", file.plainPath,
        ]
        let command = LabCommand(words + (filter.isEmpty ? [] : [filter]), in: host, insideRoot: true)
        process = try network.start(command, name: "tcpdump")
    }

    /// Ends the capture; the file is whole then.
    public func stop() async { await process.stop() }

    /// The frames captured so far, one line each with what follows it, as `tcpdump -r` prints them.
    /// - Parameter arguments: further arguments, such as `-A` for the content.
    public func text(_ arguments: [String] = []) async throws -> String {
        let words = ["tcpdump", "-n", "-r", file.plainPath] + arguments
        let read = try await network.run(LabCommand(words, in: host, insideRoot: true))
        guard read.status == 0 else {
            throw LabError.commandFailed(command: "tcpdump -r", status: "\(read.exit)", output: read.errors)
        }
        return read.output
    }
}

extension LabCommand.Bind {
    /// The source tree's `etc/`, file by file, as it is installed under /etc.
    public static func installedConfiguration() throws -> [LabCommand.Bind] {
        let etc = LabPlaces.repository.appending(path: "etc").plainPath
        let names = try FileManager.default.subpathsOfDirectory(atPath: etc)
        return names.sorted().compactMap { name in
            var isDirectory: ObjCBool = false
            let path = "\(etc)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
                return nil
            }
            return LabCommand.Bind(path, at: "/etc/\(name)")
        }
    }

    /// A program built on this machine and the libraries that it needs beyond Debian's own, for use inside the root.
    /// - Parameter place: where it is to lie there, such as `/usr/bin/phoneprovctl`.
    public static func program(_ program: URL, at place: String) async throws -> [LabCommand.Bind] {
        let listing = try await LabProcess.require(LabCommand(["ldd", program.plainPath]))
        // "libFoundation.so => /opt/swift/usr/lib/swift/linux/libFoundation.so (0x…)"
        let libraries = listing.split(separator: "\n").compactMap { line -> String? in
            let words = line.split(separator: " ")
            guard words.count >= 3, words[1] == "=>", words[2].hasPrefix("/") else { return nil }
            let path = String(words[2])
            let inRoot = LabPlaces.root.plainPath + path
            return FileManager.default.fileExists(atPath: inRoot) ? nil : path
        }
        return [LabCommand.Bind(program.plainPath, at: place)] + libraries.map { LabCommand.Bind($0) }
    }
}
