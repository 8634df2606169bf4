import Control

/// Phones and runs in each state that there is.
enum Fixture {
    static let names = [
        "settings from flash", "URL set by hand", "SIP PnP", "DHCP option 160", "DHCP option 159", "DHCP option 66",
        "redirection server", "download", "saved files",
    ]

    private static func step(
        _ number: Int,
        _ outcome: String,
        _ detail: String,
        at: String? = nil,
        _ milliseconds: Int? = nil,
        notes: [String] = []
    ) -> StepRecord {
        StepRecord(
            step: number,
            name: names[number - 1],
            outcome: outcome,
            detail: detail,
            startedAt: at.map { "2026-11-21T09:30:\($0)Z" },
            milliseconds: milliseconds,
            notes: notes
        )
    }

    private static func skipped(_ numbers: ClosedRange<Int>, _ why: String) -> [StepRecord] {
        numbers.map { step($0, "skipped", why) }
    }

    static let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

    /// By SIP PnP, over HTTPS, with a redirect.
    static let provisioned = RunRecord(
        phone: "0080F0ABCDEF",
        model: "KX-UTG200B",
        number: 7,
        trigger: "start",
        startedAt: "2026-11-21T09:30:00.000Z",
        finishedAt: "2026-11-21T09:30:00.412Z",
        milliseconds: 412,
        outcome: "provisioned",
        source: .sipPnP,
        url: "https://id:***@prov.example.com/pnp/KX-UTG200B.cfg",
        nextAttempt: "2026-11-28T09:30:00.000Z",
        advice: nil,
        steps: [
            step(1, "done", "settings: 2 of the user; saved files: none", at: "00.000", 4),
            step(2, "nothing", "USR_PROV_SVR_URL is empty", at: "00.004", 0),
            step(
                3,
                "found",
                "NOTIFY from 198.51.100.1:5060 (kamailio): https://id:***@prov.example.com/pnp/",
                at: "00.004",
                121,
                notes: [
                    "→ SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 to 224.0.1.75:5060 (try 1)",
                    "← 200 OK from 198.51.100.1:5060 (kamailio)",
                    "← NOTIFY from 198.51.100.1:5060 (kamailio): https://id:***@prov.example.com/pnp/",
                    "SIP PnP: 1 server(s) answered, URL found",
                ]
            ),
        ] + skipped(4...7, "step 3 gave the URL") + [
            step(
                8,
                "done",
                "downloaded 2 files",
                at: "00.126",
                280,
                notes: [
                    "standard file: line 14: warning: FOO_BAR is not known",
                    "initial file: it holds <angles> & \u{1B}[31mcolour\u{1B}[0m of its own",
                ]
            ), step(9, "skipped", "every file was downloaded"),
        ],
        files: [
            FileRecord(
                role: "initial",
                disposition: .fresh,
                url: "https://id:***@prov.example.com/pnp/KX-UTG200B.cfg",
                bytes: 512,
                sha256: digest,
                detail: "200"
            ),
            FileRecord(
                role: "standard",
                disposition: .unchanged,
                url: "https://prov.example.com/pnp/Config0080F0ABCDEF.cfg",
                bytes: 1_520,
                sha256: digest,
                detail: "304"
            ),
        ],
        changes: [
            SettingChange(
                name: "SIP_RGSTR_ADDR_1",
                old: "",
                new: "pbx.example.com",
                layer: "standard file",
                line: 12
            ), SettingChange(name: "SIP_PASS_1", old: nil, new: "***", layer: "standard file", line: 13),
        ],
        messages: [
            message("00.005", .sent, "224.0.1.75:5060", "SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 SIP/2.0", 482),
            message("00.061", .received, "198.51.100.1:5060", "SIP/2.0 200 OK", 310),
            message("00.122", .received, "198.51.100.1:5060", "NOTIFY sip:198.51.100.50:5060 SIP/2.0", 402),
            message("00.122", .sent, "198.51.100.1:5060", "SIP/2.0 200 OK", 288),
        ],
        downloads: [
            download("initial file", "00.130", 141, "https://prov.example.com/pnp/KX-UTG200B.cfg", 200, 512, nil),
            download("standard file", "00.280", 112, "https://prov.example.com/Config0080F0ABCDEF.cfg", 304, 0, nil),
        ],
        lease: [
            LeaseRecord(
                step: 4,
                option: "160",
                value: "http://198.51.100.1/dhcp.cfg",
                refusal: nil,
                origin: "BOUND by the control interface"
            )
        ]
    )

    private static func message(
        _ at: String,
        _ direction: MessageDirection,
        _ peer: String,
        _ line: String,
        _ bytes: Int
    ) -> MessageRecord {
        MessageRecord(
            step: 3,
            at: "2026-11-21T09:30:\(at)Z",
            direction: direction,
            source: direction == .sent ? "198.51.100.50:5060" : peer,
            destination: direction == .sent ? peer : "198.51.100.50:5060",
            startLine: line,
            bytes: bytes
        )
    }

    private static func download(
        _ purpose: String,
        _ at: String,
        _ milliseconds: Int,
        _ url: String,
        _ status: Int?,
        _ bytes: Int,
        _ failure: String?
    ) -> DownloadRecord {
        DownloadRecord(
            step: 8,
            purpose: purpose,
            at: "2026-11-21T09:30:\(at)Z",
            milliseconds: milliseconds,
            url: url,
            redirects: [],
            version: status == nil ? nil : "HTTP/1.1",
            status: status,
            tls: status != nil && url.hasPrefix("https") ? "TLSv1.3" : nil,
            bytes: bytes,
            server: status == nil ? nil : "198.51.100.1:443",
            failure: failure
        )
    }

    /// Nobody answered anything.
    static let failed = RunRecord(
        phone: "0080F0ABCDEF",
        model: "KX-UTG200B",
        number: 1,
        trigger: "start",
        startedAt: "2026-11-21T09:30:00.000Z",
        finishedAt: "2026-11-21T09:30:05.031Z",
        milliseconds: 5_031,
        outcome: "failed",
        source: .none,
        url: nil,
        nextAttempt: "2026-11-21T10:00:05.031Z",
        advice: "Start a SIP PnP server in this network, or give the phone's URL in DHCP option 160, 159 or 66"
            + " (dnsmasq: dhcp-option=160,http://SERVER/{MODEL}.cfg), or set a URL by hand: phoneprovctl set USR_PROV_SVR_URL URL,"
            + " then phoneprovctl provision.",
        steps: [
            step(1, "done", "factory defaults", at: "00.000", 3),
            step(2, "nothing", "USR_PROV_SVR_URL is empty", at: "00.003", 0),
            step(3, "nothing", "no NOTIFY with a valid URL within 5 s", at: "00.003", 5_002),
            step(4, "nothing", "the lease has no option 160", at: "05.005", 0),
            step(5, "skipped", "OPTION159_ENABLE is N"),
            step(6, "nothing", "option 66 cannot be used: it is no URL", at: "05.005", 0),
            step(7, "failed", "no redirection server is set (redirection.url)", at: "05.005", 0),
            step(8, "skipped", "no source gave a provisioning URL"),
            step(
                9,
                "failed",
                "there is no saved copy",
                at: "05.005",
                0,
                notes: ["initial file: there is no saved copy"]
            ),
        ],
        files: [
            FileRecord(
                role: "initial",
                disposition: .missing,
                url: nil,
                bytes: nil,
                sha256: nil,
                detail: "no source gave a provisioning URL"
            )
        ],
        changes: [],
        messages: [
            message("00.004", .sent, "224.0.1.75:5060", "SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 SIP/2.0", 482)
        ],
        lease: [LeaseRecord(step: 6, option: "66", value: nil, refusal: "it is no URL", origin: "")]
    )

    /// The product file is missing on the server; the URL was set by hand.
    static let partial = RunRecord(
        phone: "0080F0ABCDEF",
        model: "KX-UTG200B",
        number: 8,
        trigger: "user",
        startedAt: "2026-11-21T09:30:00.000Z",
        finishedAt: "2026-11-21T09:30:01.250Z",
        milliseconds: 1_250,
        outcome: "partial",
        source: .manual,
        url: "http://prov.example.com/KX-UTG200B.cfg",
        nextAttempt: "2026-11-21T10:00:01.250Z",
        advice: "Put ConfigKX-UTG200B.cfg where http://prov.example.com/ConfigKX-UTG200B.cfg asks for it, upper and"
            + " lower case just so, or correct its path in the initial file. Then phoneprovctl provision.",
        steps: [
            step(1, "skipped", "the settings are in memory since the start: this run begins with step 2"),
            step(
                2,
                "found",
                "USR_PROV_SVR_URL, set by the user (web programming, admin from 192.0.2.9, 2026-11-21T09:00:00.000Z):"
                    + " http://prov.example.com/KX-UTG200B.cfg",
                at: "00.000",
                0
            ),
        ] + skipped(3...7, "step 2 gave the URL") + [
            step(8, "failed", "not to be had: product file", at: "00.000", 1_249),
            step(9, "failed", "there is no saved copy of the product file", at: "01.249", 1),
        ],
        files: [
            FileRecord(
                role: "initial",
                disposition: .fresh,
                url: "http://prov.example.com/KX-UTG200B.cfg",
                bytes: 512,
                sha256: digest,
                detail: "200"
            ),
            FileRecord(
                role: "product",
                disposition: .missing,
                url: "http://prov.example.com/ConfigKX-UTG200B.cfg",
                bytes: nil,
                sha256: nil,
                detail: "http://prov.example.com/ConfigKX-UTG200B.cfg: HTTP 404, the server has no such file"
            ),
        ],
        changes: [],
        downloads: [
            download("initial file", "00.002", 40, "http://prov.example.com/KX-UTG200B.cfg", 200, 512, nil),
            download("product file", "00.045", 1_203, "http://prov.example.com/Config.cfg", 404, 0, "http-404"),
        ]
    )

    /// A run that waits for a NOTIFY.
    static let running = RunRecord(
        phone: "0080F0ABCDEF",
        model: "KX-UTG200B",
        number: 2,
        trigger: "reboot",
        startedAt: "2026-11-21T09:30:00.000Z",
        finishedAt: nil,
        milliseconds: 1_400,
        outcome: nil,
        source: .none,
        url: nil,
        nextAttempt: nil,
        advice: nil,
        steps: [
            step(1, "done", "factory defaults", at: "00.000", 3),
            step(2, "nothing", "USR_PROV_SVR_URL is empty", at: "00.003", 0),
            step(3, "running", "waiting for a NOTIFY", at: "00.003"),
        ] + (4...9).map { step($0, "pending", "") },
        files: [],
        changes: [],
        messages: [
            message("00.004", .sent, "224.0.1.75:5060", "SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 SIP/2.0", 482)
        ]
    )

    static func status(
        _ run: RunRecord,
        mac: String = "0080F0ABCDEF",
        step: Int = 0,
        detail: String = "provisioned from https://id:***@prov.example.com/pnp/KX-UTG200B.cfg (sip-pnp) in 0.4 s"
    ) -> PhoneStatus {
        PhoneStatus(
            mac: mac,
            model: run.model,
            interface: "eth0",
            state: run.outcome.flatMap(PhoneState.init) ?? .provisioning,
            source: run.source,
            url: run.url,
            step: step,
            detail: detail,
            lastOutcome: run.outcome,
            nextAttempt: run.nextAttempt,
            runNumber: run.number,
            since: run.finishedAt ?? run.startedAt
        )
    }

    static let changes = [
        ProgrammedChange(
            at: "2026-11-21T09:00:00.000Z",
            programming: .web,
            who: "admin from 192.0.2.9",
            action: .set,
            name: "USR_PROV_SVR_URL",
            old: "http://old.example.com/",
            new: "http://prov.example.com/"
        ),
        ProgrammedChange(
            at: "2026-11-20T17:12:40.000Z",
            programming: .phone,
            who: "ann as root",
            action: .unset,
            name: "ADMIN_PASS",
            old: "***",
            new: nil
        ),
        ProgrammedChange(
            at: "2026-11-20T17:00:00.000Z",
            programming: .phone,
            who: "root",
            action: .factoryReset,
            name: nil,
            old: nil,
            new: nil
        ),
    ]

    static let settings = [
        SettingValue(
            name: "USR_PROV_SVR_URL",
            value: "http://prov.example.com/",
            layer: "user",
            file: nil,
            line: nil,
            origin: SettingOrigin(
                programming: .web,
                who: "admin from 192.0.2.9",
                at: "2026-11-21T09:00:00.000Z"
            ),
            changeable: true,
            hides: [HiddenValue(layer: "factory", value: "")]
        ),
        SettingValue(
            name: "SIP_RGSTR_ADDR_1",
            value: "pbx.example.com",
            layer: "standard",
            file: "http://prov.example.com/Config0080F0ABCDEF.cfg",
            line: 12,
            changeable: false,
            hides: [HiddenValue(layer: "factory", value: "")]
        ),
    ]
}
