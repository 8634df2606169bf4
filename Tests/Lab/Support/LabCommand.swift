/// A program to start: what, where, and what it sees.
public struct LabCommand: Sendable {
    /// A file or directory that the program sees in another place than it lies in.
    public struct Bind: Sendable, Equatable {
        /// Where it lies on this machine.
        public let outside: String
        /// Where the program sees it.
        public let inside: String

        /// Makes a bind of `outside` to `inside`, or to the same path when `inside` is left out.
        public init(_ outside: String, at inside: String? = nil) {
            self.outside = outside
            self.inside = inside ?? outside
        }
    }

    /// The program and its arguments.
    public var arguments: [String]
    /// The network namespace it runs in; nil for this machine's own network.
    public var namespace: LabNamespace?
    /// Whether it runs in a throw-away copy of the lab's root instead of this machine's file system.
    public var insideRoot: Bool
    /// What it sees in other places. Outside the root, `inside` must exist already; it is covered, for this program alone.
    public var binds: [Bind]
    /// A shell command run inside the root before the program.
    public var setup: String?
    /// Added to the environment of the test process, or put in the place of what stands there.
    public var environment: [String: String]

    /// Makes a command.
    /// - Parameters:
    ///   - arguments: the program and its arguments.
    ///   - namespace: the network namespace it runs in.
    ///   - insideRoot: whether it runs in a throw-away copy of the lab's root.
    ///   - binds: files and directories that it sees in other places.
    ///   - setup: a shell command run inside the root before the program.
    ///   - environment: added to the environment of the test process.
    public init(
        _ arguments: [String],
        in namespace: LabNamespace? = nil,
        insideRoot: Bool = false,
        binds: [Bind] = [],
        setup: String? = nil,
        environment: [String: String] = [:]
    ) {
        self.arguments = arguments
        self.namespace = namespace
        self.insideRoot = insideRoot
        self.binds = binds
        self.setup = setup
        self.environment = environment
    }

    /// What is really started: `ip netns exec`, the entry into the root, then the program. Each replaces the one before
    /// it, so the process id stays the program's own.
    var expanded: [String] {
        var words: [String] = []
        if let namespace {
            words += ["ip", "netns", "exec", namespace.name]
        } else if insideRoot || !binds.isEmpty {
            words += ["unshare", "--mount", "--propagation", "slave"]
        }
        if insideRoot {
            // dhclient-script sets the host's name when the server sends one.
            words += ["unshare", "--uts", "--", LabPlaces.script("enter-root"), LabPlaces.lab.plainPath]
            for bind in binds { words += ["--bind", bind.outside, bind.inside] }
            if let setup { words += ["--setup", setup] }
            words.append("--")
        } else if !binds.isEmpty {
            words += ["bash", "-ec", Self.bindThenRun, "bash"]
            for bind in binds { words += [bind.outside, bind.inside] }
            words.append("--")
        }
        return words + arguments
    }

    private static let bindThenRun =
        "while [[ $1 != -- ]]; do mount --bind \"$1\" \"$2\"; shift 2; done; shift; exec \"$@\""
}
