@testable import Control
import Foundation
import Testing

@Suite("Who may do what")
struct PolicyTests {
    private static let groups = ControlGroups(readers: 4242, changers: 4243)
    /// A user and group that are neither root's nor this process's.
    private static let others: UInt32 = geteuid() == 65534 ? 65533 : 65534

    @Test(
        "is decided by user and group",
        arguments: [
            (Caller(uid: 0, gid: 0, pid: 1), ControlAccess.changer),
            (Caller(uid: geteuid(), gid: others, pid: 1), .changer),
            (Caller(uid: others, gid: 4242, pid: 1), .reader),
            (Caller(uid: others, gid: others, pid: 1, supplementaryGroups: [7, 4242]), .reader),
            (Caller(uid: others, gid: others, pid: 1, supplementaryGroups: [4242, 4243]), .changer),
            (Caller(uid: others, gid: 4243, pid: 1), .changer),
            (Caller(uid: others, gid: others, pid: 1, supplementaryGroups: [7]), .none),
            (Caller(uid: others, gid: 0, pid: 1), .none),
        ]
    )
    func standardPolicy(caller: Caller, access: ControlAccess) {
        #expect(ControlPolicy.standard.access(of: caller, groups: Self.groups) == access)
    }

    @Test("gives no group anything when none is known")
    func noGroup() {
        let caller = Caller(uid: Self.others, gid: 0, pid: 1, supplementaryGroups: [4242, 4243])
        #expect(ControlPolicy.standard.access(of: caller, groups: ControlGroups()) == .none)
    }

    @Test("keeps callers from every method that is not theirs", arguments: ControlAccess.allCases)
    func methods(granted: ControlAccess) async throws {
        try await withServer(configure: { $0.policy = ControlPolicy { _, _ in granted } }) { test in
            let connection = try test.connect()
            for request in Sample.requests {
                let method = type(of: request).method
                let needed = (request as? GetRequest)?.reveal == true ? .changer : method.requiredAccess
                let call = try MessageCoder.encode(
                    CallMessage(method: method.qualifiedName, parameters: AnyEncodable(request))
                )
                try await connection.send(call)
                let error = try await connection.receiveJSON()?["error"]
                #expect(error == (granted < needed ? .string("io.phoneprovd.NotPermitted") : nil), "\(request)")
            }
            #expect(
                try await connection.ask(#"{"method":"org.varlink.service.GetInfo"}"#)?["error"] == nil
            )
        }
    }

    @Test("is decided by what the kernel says of the peer")
    func ownCredentials() async throws {
        try await withServer { test in
            _ = try await test.client().call(HistoryRequest())
            let caller = try #require(test.service.lastCaller)
            #expect(caller.uid == geteuid())
            #expect(caller.gid == getegid())
            #expect(caller.pid == getpid())
            var groups = [gid_t](repeating: 0, count: 65536)
            let count = Int(getgroups(CInt(groups.count), &groups))
            #expect(caller.supplementaryGroups == Set(groups[..<count].filter { $0 != 0 }))
        }
    }

    /// Perl and setpriv are in every Debian; Perl stands for a client of another user.
    private static let perl = """
        use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "connect: $!"; $/ = "\\0";
        print $s "$ARGV[1]\\0"; $s->flush; my $r = <$s>; chop $r; print $r;
        """

    @Test(
        "holds for another user's process, by its own and its supplementary groups",
        .enabled(if: geteuid() == 0, "only root can become another user"),
        arguments: [
            (["--regid=2", "--clear-groups"], "io.phoneprovd.History", false),
            (["--regid=65534", "--groups=7,2"], "io.phoneprovd.History", false),
            (["--regid=65534", "--groups=7,2"], "io.phoneprovd.Provision", true),
            (["--regid=65534", "--clear-groups"], "io.phoneprovd.History", true),
        ]
    )
    func otherUser(credentials: [String], method: String, isRefused: Bool) async throws {
        let group = try #require(getgrgid(2).map { String(cString: $0.pointee.gr_name) })
        // Everybody may connect, so that it is the policy that decides.
        try await withServer(configure: { configuration in
            configuration.mode = 0o666
            configuration.group = group
        }) { test in
            chmod(test.directory, 0o755)
            let output = try await run(
                "/usr/bin/setpriv",
                ["--reuid=65534"] + credentials + [
                    "/usr/bin/perl", "-e", Self.perl, test.path, #"{"method":"\#(method)"}"#,
                ]
            )
            let reply = try JSONValue(parsing: output)
            #expect(reply["error"] == (isRefused ? .string("io.phoneprovd.NotPermitted") : nil))
            #expect(test.service.lastCaller?.uid == (isRefused ? nil : 65534))
        }
    }

    @Test(
        "lets the group of those who may change connect, though the socket is another group's",
        .enabled(if: geteuid() == 0, "only root can become another user"),
        arguments: [(["--regid=65534", "--groups=7"], true), (["--regid=65534", "--clear-groups"], false)]
    )
    func adminGroup(credentials: [String], isLetIn: Bool) async throws {
        let names = try [2, 7].map { number in
            try #require(getgrgid(gid_t(number)).map { String(cString: $0.pointee.gr_name) })
        }
        try await withServer(configure: { configuration in
            configuration.group = names[0]
            configuration.adminGroup = names[1]
        }) { test in
            chmod(test.directory, 0o755)
            // Perl dies when it may not connect.
            let words = [
                "/bin/sh", "-c", #""$@" 2>/dev/null || echo '{"error":"not let in"}'"#, "sh", "/usr/bin/perl", "-e",
                Self.perl,
                test.path, #"{"method":"io.phoneprovd.Reboot"}"#,
            ]
            let reply = try JSONValue(
                parsing: try await run("/usr/bin/setpriv", ["--reuid=65534"] + credentials + words)
            )
            #expect(reply["error"] == (isLetIn ? nil : .string("not let in")))
            #expect(test.service.lastCaller?.uid == (isLetIn ? 65534 : nil))
        }
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> [UInt8] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = output
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try #require(process.terminationStatus == 0)
        return Array(output.fileHandleForReading.readDataToEndOfFile())
    }
}
