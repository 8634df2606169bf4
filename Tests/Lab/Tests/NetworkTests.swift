import Foundation
import Glibc
import LabSupport
import Testing

/// The lab's network is what it says it is, and nothing of it stays behind.
@Suite("The lab's network", .serialized)
struct NetworkTests {
    @Test("Network and servers are up in less than two seconds, and gone without a trace")
    func quickAndClean() async throws {
        let clock = ContinuousClock()
        let started = clock.now
        let lab = try await LabNetwork()
        async let nginx = Nginx.start(in: lab)
        async let dnsmasq = DNSMasq.start(in: lab, DNSMasq.Configuration())
        async let kamailio = KamailioPnP.start(in: lab, .init(url: "http://198.51.100.1/"))
        let processes = try await [nginx.process, dnsmasq.process, kamailio.process]
        let up = started.duration(to: clock.now)
        #expect(up < .seconds(2))

        let stopping = clock.now
        await lab.stop()
        let down = stopping.duration(to: clock.now)
        print("lab: up in \(up), down in \(down)")
        for process in processes { #expect(process.exit != nil, "\(process.name)") }
        for host in [lab.phone, lab.server] { #expect(access("/run/netns/\(host.name)", F_OK) != 0) }
        #expect(access(lab.directory.path(), F_OK) != 0)
    }

    @Test("A cable that is pulled out lets nothing through until it is back", arguments: [false, true])
    func cable(wire: Bool) async throws {
        try await LabNetwork.with(LabNetwork.Options(ipv6: true, wire: wire)) { lab in
            let server = try LabUDPSocket(in: lab.server, port: 5060, group: "224.0.1.75")
            let phone = try LabUDPSocket(in: lab.phone, port: 5060)
            func carrier() throws -> String {
                try lab.phone.enter { try String(contentsOfFile: "/sys/class/net/eth0/carrier", encoding: .utf8) }
            }
            for text in ["before", "after"] {
                try phone.send(text, to: "224.0.1.75", port: 5060)
                #expect(try await server.receive().text == text)
                let link = try await lab.run(LabCommand(["ip", "link", "show", "eth0"], in: lab.phone)).output
                #expect(link.contains("LOWER_UP"))
                guard text == "before" else { continue }
                try await lab.unplug()
                let gone = try await lab.run(LabCommand(["ip", "link", "show", "eth0"], in: lab.phone)).output
                #expect(gone.contains("NO-CARRIER"))
                try? phone.send("into the void", to: "198.51.100.1", port: 5060)
                #expect(try await server.receiveIfAny(within: .milliseconds(200)) == nil)
                try await lab.plugIn()
                // What waited for the server's address while the cable was out comes through now.
                while let late = try await server.receiveIfAny(within: .milliseconds(300)) {
                    #expect(late.text == "into the void")
                }
            }
            let ping = ["ping", "-6", "-c", "1", "-W", "5", LabNetwork.serverAddress6]
            #expect(try await lab.run(LabCommand(ping, in: lab.phone, insideRoot: true)).status == 0)
        }
    }

    @Test("The wire loses, doubles and delays frames as it is told")
    func impairment() async throws {
        try await LabNetwork.with(LabNetwork.Options(wire: true)) { lab in
            let wire = try #require(lab.wire)
            let server = try LabUDPSocket(in: lab.server, port: 5060)
            let phone = try LabUDPSocket(in: lab.phone, port: 5060)
            // Both ends learn each other's hardware address on a good cable.
            try phone.send("hello", to: "198.51.100.1", port: 5060)
            #expect(try await server.receive().text == "hello")

            wire.impair(Impairment(delay: .milliseconds(200)))
            let sent = ContinuousClock.now
            try phone.send("late", to: "198.51.100.1", port: 5060)
            let late = try await server.receive()
            #expect(late.text == "late" && sent.duration(to: late.time) >= .milliseconds(200))

            wire.impair(Impairment(duplicate: 1))
            try phone.send("twice", to: "198.51.100.1", port: 5060)
            #expect(try await server.receive().text == "twice")
            #expect(try await server.receive().text == "twice")

            wire.impair(Impairment(loss: 0.3, seed: 7))
            let before = wire.counters
            for number in 0..<200 { try phone.send("\(number)", to: "198.51.100.1", port: 5060) }
            try await eventuallyTrue("200 frames on the wire") { wire.counters.received - before.received >= 200 }
            var arrived: [String] = []
            while let datagram = try await server.receiveIfAny(within: .milliseconds(200)) {
                arrived.append(datagram.text)
            }
            #expect((100...180).contains(arrived.count), "30 % of 200 lost: \(arrived.count) arrived")

            wire.impair(Impairment())
            wire.filter { !$0.contains("forbidden") }
            try phone.send("forbidden", to: "198.51.100.1", port: 5060)
            try phone.send("allowed", to: "198.51.100.1", port: 5060)
            #expect(try await server.receive().text == "allowed")
        }
    }

    @Test("TCP goes through the wire whole, also when frames come late, twice and in another order")
    func throughTheWire() async throws {
        try await LabNetwork.with(LabNetwork.Options(wire: true)) { lab in
            let nginx = try await Nginx.start(in: lab)
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            try nginx.put("f", bytes)
            lab.wire?.impair(Impairment(loss: 0.02, delay: .milliseconds(2), jitter: .milliseconds(3), duplicate: 0.05))
            let copy = lab.directory.appending(path: "copy")
            let words = ["curl", "-sS", "-m", "20", "-o", copy.path(), "http://198.51.100.1/f"]
            let done = try await lab.run(LabCommand(words, in: lab.phone, insideRoot: true), within: .seconds(25))
            #expect(done.status == 0, "\(done.errors)")
            #expect(try Data(contentsOf: copy) == Data(bytes))
        }
    }

    @Test("Impairment by the same seed is the same")
    func seeds() async throws {
        var runs: [[String]] = []
        for _ in 0..<2 {
            runs.append(
                try await LabNetwork.with(LabNetwork.Options(wire: true)) { lab in
                    let server = try LabUDPSocket(in: lab.server, port: 5060)
                    let phone = try LabUDPSocket(in: lab.phone, port: 5060)
                    try phone.send("hello", to: "198.51.100.1", port: 5060)
                    _ = try await server.receive()
                    // Only these frames draw chances: what the kernels say to each other would come in between.
                    lab.wire?.filter { $0.contains("numbered") }
                    lab.wire?.impair(Impairment(loss: 0.5, seed: 42))
                    for number in 0..<50 { try phone.send("numbered \(number)", to: "198.51.100.1", port: 5060) }
                    var arrived: [String] = []
                    while let datagram = try await server.receiveIfAny(within: .milliseconds(200)) {
                        arrived.append(datagram.text)
                    }
                    return arrived
                }
            )
        }
        #expect(runs[0] == runs[1])
        #expect((10...40).contains(runs[0].count))
    }

    @Test("A capture shows what was sent")
    func capture() async throws {
        try await LabNetwork.with { lab in
            let capture = try await LabCapture.start(in: lab, on: lab.server, filter: "udp port 5060")
            let phone = try LabUDPSocket(in: lab.phone, port: 5060)
            try phone.send(SIPText.subscribe(callID: "captured"), to: "224.0.1.75", port: 5060)
            try await eventuallyTrue("the SUBSCRIBE in the capture") {
                try await capture.text(["-A"]).contains("Call-ID: captured")
            }
            await capture.stop()
            #expect(try await capture.text().contains("198.51.100.50.5060 > 224.0.1.75.5060"))
        }
    }

    @Test("A program that leaves a child behind takes it along when it is stopped")
    func stopsGroups() async throws {
        try await LabNetwork.with { lab in
            let parent = try lab.start(LabCommand(["sh", "-c", "sleep 1000 & echo child $!; wait"], in: lab.phone))
            try await parent.waitForOutput("child ")
            let child = try #require(pid_t(parent.output.split(separator: " ")[1].trimmingCharacters(in: .newlines)))
            #expect(kill(child, 0) == 0)
            #expect(await parent.stop() == .signal(SIGTERM))
            try await eventuallyTrue("the child to be gone") { isGone(child) }
        }
    }

    @Test("When the test process is killed, its programs, namespaces and directory go with it")
    func guardian() async throws {
        try LabPlaces.requireReady()
        let name = "pp-guarded-\(getpid())"
        let directory = "/tmp/\(name)"
        // The guardian is told what a lab tells it, by a shell that is then killed with its end of the pipe open.
        let script = """
            ip netns add \(name); mkdir \(directory)
            setsid ip netns exec \(name) sleep 1000 & echo child $!
            exec 3> >(exec "\(LabPlaces.repository.path())/Tests/Lab/guardian" >/dev/null 2>&1)
            printf '%s\\n' 'namespace \(name)' 'directory \(directory)' >&3
            echo ready; exec sleep 1000
            """
        let shell = try LabProcess(LabCommand(["setsid", "--wait", "bash", "-c", script]))
        defer { shell.send(signal: SIGKILL) }
        try await shell.waitForOutput("ready")
        let child = try #require(pid_t(shell.output.split(whereSeparator: \.isWhitespace)[1]))
        try await eventuallyTrue("the program to be in the namespace") {
            let pids = try await LabProcess.require(LabCommand(["ip", "netns", "pids", name]))
            return pids.split(separator: "\n").contains("\(child)")
        }
        let sleeping = try #require(try children(of: shell.pid).first)
        kill(sleeping, SIGKILL)
        try await eventuallyTrue("the namespace and the directory to be gone") {
            access("/run/netns/\(name)", F_OK) != 0 && access(directory, F_OK) != 0
        }
        try await eventuallyTrue("the program in the namespace to be gone") { isGone(child) }
    }

    private func children(of pid: pid_t) throws -> [pid_t] {
        try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
            .split(separator: " ").compactMap { pid_t($0) }
    }

    /// Gone, or dead and only waiting for whoever inherits the orphans to take note of it.
    private func isGone(_ pid: pid_t) -> Bool {
        guard kill(pid, 0) == 0 else { return true }
        let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return status.isEmpty || status.contains(") Z ")
    }
}
