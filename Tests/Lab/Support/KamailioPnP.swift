import Foundation

/// Kamailio as SIP PnP server (measured with Kamailio 5.6.3).
///
/// It joins 224.0.1.75 on the server's interface, answers every SUBSCRIBE statelessly from its own address, port 5060, and
/// sends a NOTIFY in a transaction of its own, which it repeats after 0.5, 1.5 and 3.5 seconds until it is answered.
/// As it comes: the To of its NOTIFY has no tag, the From tag is not the To tag of the 200, and CSeq is 10.
public final class KamailioPnP: Sendable {
    /// What the server does with a SUBSCRIBE.
    public struct Behavior: Sendable, Equatable {
        /// The status of its answer; nil for none. A NOTIFY follows whatever the answer is, if `notifies` is true.
        public var status: Int?
        /// Whether it sends a NOTIFY.
        public var notifies: Bool
        /// The body of the NOTIFY, as it stands.
        public var url: String

        /// What it does; without the first two arguments, answer 200 and notify.
        public init(status: Int? = 200, notifies: Bool = true, url: String) {
            self.status = status
            self.notifies = notifies
            self.url = url
        }
    }

    /// A request that reached the server.
    public struct Request: Sendable {
        /// The sender, as address:port.
        public let source: String
        /// The whole message.
        public let message: String
    }

    /// The server's process and its log.
    public let process: LabProcess
    private let network: LabNetwork
    private let control: String

    /// Starts the server and waits until it serves.
    /// - Parameter group6: the IPv6 group that it joins instead of 224.0.1.75, and then it answers from 2001:db8::1. Of
    ///   link-local scope it cannot be: Kamailio binds a socket to the group without naming the interface, which the kernel
    ///   wants to know there (ipv6(7)).
    /// - Throws: `LabError` when Kamailio refuses its configuration; the message holds what it said.
    public static func start(
        in network: LabNetwork,
        _ behavior: Behavior,
        group6: String? = nil
    ) async throws -> KamailioPnP {
        let server = try KamailioPnP(network, behavior, group6)
        try await server.process.waitUntil("kamailio to serve") {
            // The control socket comes last: by then every process of Kamailio runs.
            server.process.transcript.contains("io_listen_loop")
        }
        return server
    }

    private init(_ network: LabNetwork, _ behavior: Behavior, _ group6: String?) throws {
        self.network = network
        let directory = try network.makeDirectory("kamailio")
        control = directory.appending(path: "control").plainPath
        let file = directory.appending(path: "kamailio.cfg")
        try Data(try Self.text(behavior, group6, control: control).utf8).write(to: file)
        let words = ["kamailio", "-f", file.plainPath, "-DD", "-E", "-m", "256", "-M", "4", "-Y", directory.plainPath]
        process = try network.start(LabCommand(words, in: network.server, insideRoot: true), name: "kamailio")
    }

    private static func variables(_ behavior: Behavior) throws -> [(name: String, kind: String, value: String)] {
        guard !behavior.url.contains(where: { "\"\\\r\n".contains($0) }) else {
            throw LabError.badArgument(
                "a quote, a backslash or a line break cannot be set in Kamailio: \(behavior.url)"
            )
        }
        return [
            ("status", "int", "\(behavior.status ?? 0)"), ("notify", "int", behavior.notifies ? "1" : "0"),
            ("url", "str", behavior.url),
        ]
    }

    private static func text(_ behavior: Behavior, _ group6: String?, control: String) throws -> String {
        let address = group6 == nil ? LabNetwork.serverAddress : "[\(LabNetwork.serverAddress6)]"
        let group =
            group6.map { "mcast=\"\(LabNetwork.interface)\"\nlisten=udp:[\($0)]:5060" } ?? "listen=udp:224.0.1.75:5060"
        let set = try variables(behavior).map {
            "modparam(\"pv\", \"shvset\", \"\($0.name)=\($0.kind.prefix(1)):\($0.value)\")"
        }
        return """
            #!KAMAILIO
            debug=2
            log_stderror=yes
            children=1
            auto_aliases=no
            disable_tcp=yes
            maxbuffer=4194304
            listen=udp:\(address):5060
            \(group)
            loadmodule "tm.so"
            loadmodule "sl.so"
            loadmodule "pv.so"
            loadmodule "textops.so"
            loadmodule "siputils.so"
            loadmodule "xlog.so"
            loadmodule "uac.so"
            loadmodule "ctl.so"
            modparam("xlog", "buf_size", 65536)
            modparam("uac", "restore_mode", "none")
            modparam("ctl", "binrpc", "unix:\(control)")
            \(set.joined(separator: "\n"))
            request_route {
                xlog("L_NOTICE", "LAB $si:$sp $(mb{s.encode.hexa})\\n");
                if (!is_method("SUBSCRIBE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
                if ($shv(status) != 0) { sl_send_reply("$shv(status)", "OK"); }
                if ($shv(notify) == 0) { exit; }
                $uac_req(method) = "NOTIFY";
                $uac_req(ruri) = "sip:" + $siz + ":" + $sp;
                $uac_req(furi) = $tu;
                $uac_req(turi) = $fu;
                $uac_req(callid) = $ci;
                $uac_req(hdrs) = "Event: " + $hdr(Event) + "\\r\\nContent-Type: application/url\\r\\n"
                    + "Subscription-State: terminated;reason=timeout\\r\\nContact: <sip:\(address):5060>\\r\\n";
                $uac_req(body) = $shv(url);
                $uac_req(sock) = "udp:\(address):5060";
                $uac_req(evroute) = 1;
                uac_req_send();
            }
            event_route[uac:reply] {
                xlog("L_NOTICE", "LAB-ANSWERED $uac_req(evcode) $uac_req(callid)\\n");
            }

            """
    }

    /// Changes what the server does, from the next SUBSCRIBE on.
    /// - Throws: `LabError.commandFailed` when Kamailio does not take it.
    public func set(_ behavior: Behavior) async throws {
        let calls = try Self.variables(behavior).map { variable in
            // kamcmd takes a word that looks like a number for one, unless it begins with s:.
            let value = variable.kind == "str" ? "s:\(variable.value)" : variable.value
            return ["kamcmd", "-s", "unix:\(control)", "pv.shvSet", variable.name, variable.kind, value]
        }
        for call in calls {
            let done = try await network.run(LabCommand(call, in: network.server, insideRoot: true))
            guard done.status == 0, done.output.contains("Ok") else {
                throw LabError.commandFailed(
                    command: call.joined(separator: " "),
                    status: "\(done.exit)",
                    output: done.output + done.errors
                )
            }
        }
    }

    /// The requests that have reached it so far, retransmissions included.
    public var requests: [Request] {
        lines("LAB ").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 2, let bytes = bytes(hex: words[1]) else { return nil }
            return Request(source: String(words[0]), message: String(decoding: bytes, as: UTF8.self))
        }
    }

    /// The final status of every NOTIFY that has ended so far, in order; 408 stands for no answer within 30 seconds.
    public var notifyStatuses: [Int] {
        lines("LAB-ANSWERED ").compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
    }

    private func lines(_ mark: String) -> [Substring] {
        process.transcript.split(separator: "\n").compactMap { line in
            line.range(of: "<script>: \(mark)").map { line[$0.upperBound...] }
        }
    }

    private func bytes(hex: Substring) -> [UInt8]? {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == hex.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// Ends the server.
    public func stop() async { await process.stop() }
}
