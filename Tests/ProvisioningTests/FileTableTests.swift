import Provisioning
import Testing

/// Steps 8 and 9: what the files of a run come to.
struct FileTableTests {
    enum File: CaseIterable { case notNamed, fresh, unchanged, saved, missing }

    struct Row: CustomTestStringConvertible {
        let initial: File
        let hasDevicePart: Bool
        let standard, product, master: File
        let expected: Outcome
        var testDescription: String { "\(initial) \(standard) \(product) \(master) → \(expected)" }

        init(_ initial: File, device: Bool, _ standard: File, _ product: File, _ master: File, _ expected: Outcome) {
            self.initial = initial
            hasDevicePart = device
            self.standard = standard
            self.product = product
            self.master = master
            self.expected = expected
        }
    }

    // initial file                 standard    product     master      outcome
    static let rows: [Row] = [
        Row(.fresh, device: false, .fresh, .notNamed, .notNamed, .provisioned),
        Row(.fresh, device: false, .fresh, .fresh, .fresh, .provisioned),
        Row(.unchanged, device: false, .unchanged, .fresh, .unchanged, .provisioned),
        Row(.fresh, device: true, .notNamed, .notNamed, .notNamed, .provisioned),
        Row(.fresh, device: false, .saved, .fresh, .fresh, .fallback),
        Row(.fresh, device: false, .saved, .saved, .saved, .fallback),
        Row(.fresh, device: false, .missing, .fresh, .fresh, .partial),
        Row(.fresh, device: false, .missing, .saved, .fresh, .partial),
        Row(.fresh, device: true, .missing, .notNamed, .notNamed, .partial),
        Row(.fresh, device: false, .missing, .missing, .missing, .failed),
        Row(.saved, device: false, .saved, .notNamed, .notNamed, .fallback),
        Row(.saved, device: true, .notNamed, .notNamed, .notNamed, .fallback),
        Row(.missing, device: false, .notNamed, .notNamed, .notNamed, .failed),
    ]

    static let url = "http://prov.example.com/KX-UTG200B.cfg"

    @Test(arguments: rows)
    func `an outcome follows from the files`(row: Row) throws {
        try check(row)
    }

    @Test func `every combination of files comes to the outcome that the rule says`() throws {
        var seen: Set<Outcome> = []
        for initial in [File.fresh, .unchanged] {
            for device in [false, true] {
                for standard in File.allCases {
                    for product in File.allCases {
                        for master in File.allCases {
                            let named = [standard, product, master].filter { $0 != .notNamed }
                            let all = device ? named + [initial] : named
                            let expected: Outcome
                            if !all.isEmpty, all.allSatisfy({ $0 == .missing }) {
                                expected = .failed
                            } else if all.contains(.missing) {
                                expected = .partial
                            } else if all.contains(.saved) {
                                expected = .fallback
                            } else {
                                expected = .provisioned
                            }
                            seen.insert(expected)
                            try check(Row(initial, device: device, standard, product, master, expected))
                        }
                    }
                }
            }
        }
        #expect(seen == [.provisioned, .fallback, .partial, .failed])
    }

    private func check(_ row: Row) throws {
        var world = SimulatedPhone.World()
        world.settings.provisioningURL = .manual(Self.url)
        func path(_ role: FileRole, _ file: File) -> String {
            file == .notNamed ? "" : "http://prov.example.com/\(role.rawValue)-{MAC}.cfg"
        }
        let device: [(FileRole, File)] = [(.standard, row.standard), (.product, row.product), (.master, row.master)]
        for (role, file) in device + [(.initial, row.initial)] where file == .saved || file == .unchanged {
            world.settings.savedFiles[role] = SequenceSettings.SavedCopy(
                url: "http://old.example.com/\(role.rawValue)",
                receivedAt: WallTime(milliseconds: 1),
                bytes: 7,
                sha256: "aa",
                hasSettings: role == .initial ? row.hasDevicePart : true
            )
        }
        for (role, file) in device where file == .fresh || file == .unchanged {
            let url = "http://prov.example.com/\(role.rawValue)-0080F0ABCDEF.cfg"
            world.downloads[url] = .document(.sample(url, unchanged: file == .unchanged))
        }
        if row.initial == .fresh || row.initial == .unchanged {
            let names = FetchedDocument.InitialPart(
                standard: path(.standard, row.standard),
                product: path(.product, row.product),
                master: path(.master, row.master)
            )
            world.downloads[Self.url] = .document(
                .sample(Self.url, unchanged: row.initial == .unchanged, names: names, hasSettings: row.hasDevicePart)
            )
        }
        var phone = SimulatedPhone(world)
        let trace = try phone.firstRun()
        try #require(trace.outcome == row.expected, "\(row): \(trace)")
        try #require((trace.next?.trigger == .retry) == (row.expected != .provisioned))
        for (role, file) in device where file != .notNamed {
            guard row.initial == .fresh || row.initial == .unchanged || file == .saved else { continue }
            let report = try #require(trace.files.first { $0.role == role })
            let expected: FileDisposition =
                switch file {
                case .fresh: .fresh
                case .unchanged: .unchanged
                case .saved: .saved
                case .missing, .notNamed: .missing
                }
            try #require(report.disposition == expected)
            if file == .missing {
                try #require(report.url == "http://prov.example.com/\(role.rawValue)-0080F0ABCDEF.cfg")
            }
        }
        // Step 9 is walked exactly when something could not be had.
        let walked = trace[.savedFiles].outcome != .skipped
        try #require(walked == trace.files.contains { !$0.disposition.isFresh })
    }

    @Test func `the URL of a missing file has no macro, also when it cannot be asked for`() throws {
        var world = SimulatedPhone.World()
        world.settings.provisioningURL = .manual(Self.url)
        let names = FetchedDocument.InitialPart(
            standard: "http:///{MAC}.cfg",
            product: "192.0.2.7/{MODEL}/{mac}.cfg",
            master: "Config{MODEL}.cfg"
        )
        world.downloads[Self.url] = .document(.sample(Self.url, names: names, hasSettings: false))
        var phone = SimulatedPhone(world)
        let trace = try phone.firstRun()
        #expect(
            trace.files.dropFirst().map(\.url) == [
                "http:///0080F0ABCDEF.cfg", "ftp://192.0.2.7/KX-UTG200B/0080f0abcdef.cfg",
                "http://prov.example.com/ConfigKX-UTG200B.cfg",
            ]
        )
        #expect(Array(phone.asked.suffix(2)) == trace.files.suffix(2).map(\.url))
        #expect(trace[.savedFiles].detail == "there is no saved copy of the standard file, product file, master file")
    }

    private static func saved(_ role: FileRole, hasSettings: Bool) -> [FileRole: SequenceSettings.SavedCopy] {
        let copy = SequenceSettings.SavedCopy(
            url: "http://old.example.com/\(role.rawValue)",
            receivedAt: WallTime(milliseconds: 1),
            bytes: 7,
            sha256: "aa",
            hasSettings: hasSettings
        )
        return [role: copy]
    }

    @Test(arguments: [false, true])
    func `a saved initial file without settings is in force, and why the run failed is that it has none`(
        storeFails: Bool
    ) throws {
        var world = SimulatedPhone.World()
        world.settings.provisioningURL = .manual(Self.url)
        world.settings.savedFiles = Self.saved(.initial, hasSettings: false)
        world.storeFails = storeFails
        var phone = SimulatedPhone(world)
        let trace = try phone.firstRun()
        let why = "the saved copy of the initial file has no settings"
        #expect(trace.outcome == .failed)
        #expect(trace.files.map(\.disposition) == [.saved])
        #expect(trace.files.lackOfSavedCopies == why)
        #expect(
            trace[.savedFiles].notes.first
                == "initial file: the saved copy from http://old.example.com/initial stays in force; it has no settings"
        )
        let detail = trace[.savedFiles].detail
        #expect(storeFails ? detail.hasSuffix(": \(why)") : detail == "saved copies in force: initial")
    }

    @Test func `which file has no saved copy is told, for another's may be in force`() throws {
        var world = SimulatedPhone.World()
        world.settings.provisioningURL = .manual(Self.url)
        world.settings.savedFiles = Self.saved(.product, hasSettings: true)
        let names = FetchedDocument.InitialPart(standard: "Config{MAC}.cfg")
        world.downloads[Self.url] = .document(.sample(Self.url, names: names, hasSettings: false))
        var phone = SimulatedPhone(world)
        let trace = try phone.firstRun()
        #expect(trace.outcome == .failed)
        #expect(trace[.download].notes.contains { $0.hasPrefix("product file:") && $0.hasSuffix("stays in force") })
        #expect(trace[.savedFiles].detail == "there is no saved copy of the standard file")
        #expect(trace.files.lackOfSavedCopies == trace[.savedFiles].detail)
    }

    @Test func `device files are downloaded in the order standard, product, master, after the root certificates`()
        throws
    {
        var world = SimulatedPhone.World()
        world.settings.provisioningURL = .manual(Self.url)
        world.downloads[Self.url] = .document(
            at: Self.url,
            names: .init(
                rootCertificates: ["http://ca.example.com/1.pem", "", "http://ca.example.com/3.pem"],
                standard: "https://prov.example.com/Config{MAC}.cfg",
                product: "Config{MODEL}.cfg",
                master: "/common/ConfigCommon.cfg"
            )
        )
        var phone = SimulatedPhone(world)
        _ = try phone.firstRun()
        #expect(
            phone.asked == [
                Self.url, "http://ca.example.com/1.pem", "http://ca.example.com/3.pem",
                "https://prov.example.com/Config0080F0ABCDEF.cfg", "http://prov.example.com/ConfigKX-UTG200B.cfg",
                "http://prov.example.com/common/ConfigCommon.cfg",
            ]
        )
    }

    @Test(arguments: [
        (["http://ca.example.com/1.pem", "", "http://ca.example.com/3.pem"], [Int]()), (["", "2.pem"], [1, 3]),
        ([], [1, 3]),
    ])
    func `a root certificate that the initial file names no more is told`(paths: [String], dropped: [Int]) throws {
        var world = SimulatedPhone.World()
        world.settings.provisioningURL = .manual(Self.url)
        world.settings.rootCertificates = [1: "http://old.example.com/1", 3: "http://old.example.com/3"]
        world.downloads[Self.url] = .document(.sample(Self.url, names: .init(rootCertificates: paths)))
        var phone = SimulatedPhone(world)
        let notes = try phone.firstRun()[.download].notes
        for number in 1...3 {
            let isTold = notes.contains { note in
                note.hasPrefix("root certificate \(number): the initial file names it no more")
                    && note.contains("http://old.example.com/\(number) is no longer trusted")
            }
            #expect(isTold == dropped.contains(number), "\(number): \(notes)")
        }
    }

    @Test func `without a protocol all four are tried and the first acceptable document wins`() throws {
        var world = SimulatedPhone.World()
        world.settings.sipPnPEnabled = false
        world.lease.option66 = .text("198.51.100.1", detail: "")
        world.downloads["https://198.51.100.1/KX-UTG200B.cfg"] = .document(at: "https://198.51.100.1/KX-UTG200B.cfg")
        var phone = SimulatedPhone(world)
        let trace = try phone.firstRun()
        #expect(
            phone.asked == [
                "tftp://198.51.100.1/KX-UTG200B.cfg", "http://198.51.100.1/KX-UTG200B.cfg",
                "https://198.51.100.1/KX-UTG200B.cfg",
            ]
        )
        #expect(trace.outcome == .provisioned)
        #expect(trace.source == .dhcp66)
        #expect(trace.url == "https://198.51.100.1/KX-UTG200B.cfg")
    }
}
