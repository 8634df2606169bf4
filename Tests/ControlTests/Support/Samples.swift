import Control

/// One of everything, once with all fields and once with those only that must be there.
enum Sample {
    static let fullStatus = PhoneStatus(
        mac: "0080F0ABCDEF",
        model: "KX-UTG200B",
        interface: "eth0",
        state: .provisioning,
        source: .sipPnP,
        url: "https://user:***@192.0.2.7/{MAC}.cfg",
        step: 6,
        detail: "It downloads \"a/b\" – now.",
        lastOutcome: "provisioned",
        nextAttempt: "2026-11-21T10:00:00Z",
        runNumber: 3,
        since: "2026-11-21T09:59:58Z"
    )
    static let bareStatus = PhoneStatus(
        mac: "0080F0ABCDEE",
        model: "KX-UTG300B",
        interface: "eth1",
        state: .disabled,
        source: .none,
        url: nil,
        step: 0,
        detail: "Provisioning is off.",
        lastOutcome: nil,
        nextAttempt: nil,
        runNumber: nil,
        since: "2026-11-21T09:00:00Z"
    )
    static let fullRun = RunRecord(
        phone: "0080F0ABCDEF",
        model: "KX-UTG200B",
        number: 3,
        trigger: "start",
        startedAt: "2026-11-21T09:59:58Z",
        finishedAt: "2026-11-21T10:00:00Z",
        milliseconds: 2000,
        outcome: "partial",
        source: .dhcp66,
        url: "tftp://192.0.2.7",
        nextAttempt: "2026-11-21T11:00:00Z",
        advice: "Put the product file on the server.",
        steps: [
            StepRecord(
                step: 1,
                name: "manual URL",
                outcome: "skipped",
                detail: "None is set.",
                startedAt: nil,
                milliseconds: nil,
                notes: []
            ),
            StepRecord(
                step: 2,
                name: "SIP PnP",
                outcome: "done",
                detail: "No answer in 5 s.",
                startedAt: "2026-11-21T09:59:58Z",
                milliseconds: 5000,
                notes: ["Sent to 224.0.1.75."]
            ),
        ],
        files: [
            FileRecord(
                role: "standard",
                disposition: .fresh,
                url: "tftp://192.0.2.7/a.cfg",
                bytes: 12,
                sha256: "00ff",
                detail: "Received."
            ),
            FileRecord(role: "product", disposition: .missing, url: nil, bytes: nil, sha256: nil, detail: "404."),
        ],
        changes: [
            SettingChange(name: "SIP_AUTHID_1", old: nil, new: "1001", layer: "standard"),
            SettingChange(name: "SIP_AUTHID_2", old: "1002", new: nil, layer: "standard", line: 7),
        ],
        messages: [
            MessageRecord(
                step: 3,
                at: "2026-11-21T09:59:58.001Z",
                direction: .sent,
                source: "192.0.2.50:5060",
                destination: "224.0.1.75:5060",
                startLine: "SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 SIP/2.0",
                bytes: 480
            )
        ],
        downloads: [
            DownloadRecord(
                step: 8,
                purpose: "initial file",
                at: "2026-11-21T09:59:59Z",
                milliseconds: 12,
                url: "https://192.0.2.7/a.cfg",
                redirects: ["http://192.0.2.7/a.cfg"],
                version: "HTTP/1.1",
                status: 200,
                tls: "TLSv1.3",
                bytes: 1520,
                server: "192.0.2.7:443",
                failure: nil
            ),
            DownloadRecord(
                step: 8,
                purpose: "product file",
                at: "2026-11-21T09:59:59Z",
                milliseconds: 3,
                url: "tftp://192.0.2.7/p.cfg",
                redirects: [],
                version: nil,
                status: nil,
                tls: nil,
                bytes: 0,
                server: nil,
                failure: "tftp-not-found"
            ),
        ],
        lease: [
            LeaseRecord(step: 6, option: "66", value: "192.0.2.7", refusal: nil, origin: "BOUND by dhclient's hook"),
            LeaseRecord(step: 4, option: "160", value: nil, refusal: "it is empty", origin: ""),
        ]
    )
    static let bareRun = RunRecord(
        phone: "0080F0ABCDEE",
        model: "KX-UTG300B",
        number: 1,
        trigger: "request",
        startedAt: "2026-11-21T09:59:58Z",
        finishedAt: nil,
        milliseconds: nil,
        outcome: nil,
        source: .none,
        url: nil,
        nextAttempt: nil,
        advice: nil,
        steps: [],
        files: [],
        changes: []
    )
    static let fullSetting = SettingValue(
        name: "SIP_AUTHID_2",
        value: "1002",
        layer: "standard file",
        file: "tftp://192.0.2.7/a.cfg",
        line: 14,
        changeable: false,
        hides: [HiddenValue(layer: "factory", value: "")]
    )
    static let origin = SettingOrigin(programming: .web, who: "admin from 192.0.2.9", at: "2026-11-21T09:00:00Z")
    static let userSetting = SettingValue(
        name: "SIP_PASS_2",
        value: "***",
        layer: "user",
        file: nil,
        line: nil,
        origin: origin,
        changeable: true,
        hides: []
    )
    static let changes = [
        ProgrammedChange(
            at: "2026-11-21T09:00:00Z",
            programming: .web,
            who: "admin from 192.0.2.9",
            action: .set,
            name: "CFG_CYCLIC",
            old: nil,
            new: "Y"
        ),
        ProgrammedChange(
            at: "2026-11-21T08:00:00Z",
            programming: .phone,
            who: "root",
            action: .factoryReset,
            name: nil,
            old: nil,
            new: nil
        ),
    ]
    static let bareSetting = SettingValue(
        name: "SIP_PASS_2",
        value: "***",
        layer: "user",
        file: nil,
        line: nil,
        changeable: true,
        hides: []
    )

    static let status = StatusReply(phones: [fullStatus, bareStatus])
    static let wait = WaitReply(reached: true, phones: [fullStatus])
    static let explain = ExplainReply(run: fullRun)
    static let history = HistoryReply(runs: [fullRun.summary, bareRun.summary], changes: changes)
    static let get = GetReply(settings: [fullSetting, userSetting, bareSetting])
    static let set = SetReply(overriddenBy: "the standard file, line 3, has perm \"!RW\"")
    static let dhcpEvent = DhcpEventReply(accepted: true, detail: "Option 66 is for 0080F0ABCDEF.")

    static let reload = ReloadReply(
        unchanged: 2,
        changed: ["0080F0ABCDEE"],
        added: ["0080F0ABCDEF", "0080F0ABCDED"],
        removed: []
    )

    static let capturedMessage = CapturedMessage(
        microseconds: 1_780_000_000_000_000,
        step: 3,
        source: "192.0.2.50",
        sourcePort: 5060,
        destination: "224.0.1.75",
        destinationPort: 5060,
        payload: "AAEC"
    )
    static let savedFile = SavedFileSummary(
        file: "standard",
        url: "http://192.0.2.7/a.cfg",
        bytes: 12,
        sha256: "00ff",
        receivedAt: "2026-11-21T10:00:00Z"
    )
    static let savedFiles = SavedFilesReply(files: [savedFile])
    static let savedDocument = SavedDocumentReply(
        file: savedFile,
        encryption: nil,
        text: "<a/>",
        messages: [
            DocumentMessage(line: 3, severity: "error", message: "left out"),
            DocumentMessage(line: nil, severity: "warning", message: "odd"),
        ]
    )
    static let signIn = SignInReply(session: "s3ss10n")
    static let signedIn = SignedIn(
        account: "admin",
        from: "192.0.2.9",
        phones: [
            OpenPhone(mac: "0080F0ABCDEF", model: "KX-UTG200B", role: .administrator),
            OpenPhone(mac: "0080F0ABCDEE", model: "KX-UTG300B", role: .user),
        ]
    )
    static let webPassword = WebPasswordReply(password: "abcd-efgh-ijkm-npqr")

    static let capture = CaptureReply(messages: [capturedMessage])
    static let export = ExportReply(mac: "0080F0ABCDEF", archive: "AA/+")
    static let importArchive = ImportReply(settings: 2, files: ["standard", "root-1"])

    static let here = ChangeOrigin(programming: .web, who: "admin from 192.0.2.9")

    /// Every method's call, once with all parameters and once with those only that must be there.
    static let requests: [any ControlRequest] = [
        StatusRequest(phone: "00:80:f0:ab:cd:ef"), StatusRequest(),
        WaitRequest(phone: "a", states: [.provisioned, .failed], timeoutSeconds: 2.5),
        WaitRequest(timeoutSeconds: 0),
        ExplainRequest(phone: "a", run: 3), ExplainRequest(),
        HistoryRequest(phone: "a"), HistoryRequest(),
        ProvisionRequest(phone: "a", origin: here), ProvisionRequest(),
        RebootRequest(phone: "a", origin: here), RebootRequest(),
        FactoryResetRequest(phone: "a", origin: here), FactoryResetRequest(),
        GetRequest(phone: "a", name: "SIP_AUTHID_2", reveal: true), GetRequest(),
        SetRequest(phone: "a", name: "SIP_AUTHID_2", value: "ü\u{1}\"", origin: here),
        SetRequest(name: "A", value: "", origin: ChangeOrigin(programming: .phone)), SetRequest(name: "A", value: ""),
        UnsetRequest(phone: "a", name: "SIP_AUTHID_2", origin: here), UnsetRequest(name: "A"),
        DhcpEventRequest(variables: ["reason": "BOUND", "new_tftp_server_name": "192.0.2.7"]),
        DhcpEventRequest(variables: [:]),
        CaptureRequest(phone: "a"), CaptureRequest(), ReloadRequest(),
        ExportRequest(phone: "a"), ExportRequest(),
        ImportRequest(phone: "a", archive: "AA/+", fromOtherPhone: true), ImportRequest(archive: ""),
        SavedFilesRequest(phone: "a"), SavedFilesRequest(),
        SavedDocumentRequest(phone: "a", file: "standard"), SavedDocumentRequest(file: ""),
        SignInRequest(phone: "a", account: "admin", password: "p", from: "192.0.2.9"),
        SignInRequest(account: "", password: "", from: "2001:db8::9"),
        SignOutRequest(session: "s3ss10n"),
        WebPasswordRequest(),
        // The last: from there on the connection acts for the session.
        ResumeRequest(session: "s3ss10n", renew: false),
    ]

    /// Every error, with and without the fields that may be missing.
    static let errors: [ControlError] = [
        .noSuchPhone(phone: "x", known: ["0080F0ABCDEF"]),
        .ambiguousPhone(known: ["0080F0ABCDEF", "0080F0ABCDEE"]),
        .invalidConfiguration(file: "/etc/phoneprovd/phoneprovd.yaml", line: 7, reason: "no such key"),
        .invalidConfiguration(file: "/etc/phoneprovd/phoneprovd.yaml", line: nil, reason: "it is empty"),
        .noSuchParameter(name: "SIP_AUTID", nearest: ["SIP_AUTHID"]),
        .invalidValue(name: "A", reason: "It is too long."),
        .notPermitted(reason: "It is for root."),
        .notChangeable(name: "A", layer: "standard file", file: "a.cfg", line: 3),
        .notChangeable(name: "A", layer: "model", file: nil, line: nil),
        .noSuchRun(phone: "0080F0ABCDEF", run: 9),
        .noSuchRun(phone: "0080F0ABCDEF", run: nil),
        .invalidArchive(reason: "a.cfg stands twice in the archive"),
        .busy(reason: "A run is under way."),
        .signInRefused,
        .tooManyTries(seconds: 42),
        .sessionEnded,
        .shuttingDown,
        .failed(reason: "The disk is full."),
    ]
}
