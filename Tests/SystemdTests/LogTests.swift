import Logging
import Testing

@testable import Systemd

private func event(
    _ message: Logger.Message,
    level: Logger.Level = .warning,
    error: (any Error)? = nil,
    metadata: Logger.Metadata? = nil
) -> LogEvent {
    LogEvent(
        level: level,
        message: message,
        error: error,
        metadata: metadata,
        source: "Tests",
        file: "Tests/LogTests.swift",
        function: "log()",
        line: 7
    )
}

private func fields(_ metadata: Logger.Metadata, message: Logger.Message = "m") -> JournalFields {
    JournalFields(event: event(message), metadata: metadata, label: "phoneprovd.sip", identifier: "phoneprovd")
}

private struct Trouble: Error, CustomStringConvertible {
    let description = "no route to host"
}

@Suite("Journal fields, systemd.journal-fields(7)")
struct JournalFieldsTests {
    @Test("Message, level, place and error have their fields")
    func basics() {
        let fields = JournalFields(
            event: event("refused\nwhole", error: Trouble()),
            metadata: [:],
            label: "phoneprovd.sip",
            identifier: "phoneprovd"
        )
        #expect(
            fields.entries.map { String(decoding: $0, as: UTF8.self) } == [
                "MESSAGE=refused\nwhole", "PRIORITY=4", "SYSLOG_IDENTIFIER=phoneprovd", "LOGGER=phoneprovd.sip",
                "CODE_FILE=Tests/LogTests.swift", "CODE_LINE=7", "CODE_FUNC=log()", "ERROR=no route to host",
            ]
        )
    }

    @Test(
        "Metadata keys become fields as documented",
        arguments: [
            ("phone-mac", "PHONE_MAC"), ("mac", "PHONE_MAC"), ("step", "PROVISIONING_STEP"),
            ("url", "PROVISIONING_URL"),
            ("http.status", "HTTP_STATUS"), ("a b", "A_B"), ("_x", "X"), ("__SECRET", "SECRET"), ("9lives", "LIVES"),
            ("message", "METADATA_MESSAGE"), ("PRIORITY", "METADATA_PRIORITY"), ("code-file", "METADATA_CODE_FILE"),
            ("syslog-pid", "METADATA_SYSLOG_PID"), ("ümlaut", "MLAUT"), ("errno", "METADATA_ERRNO"),
        ]
    )
    func names(key: String, name: String) {
        #expect(JournalFields.name(of: key) == name)
        #expect(fields([key: "v"])[name] == "v")
    }

    @Test("A key of which nothing is left gives no field", arguments: ["", "_", "123", "é", "=\n"])
    func noName(key: String) {
        #expect(JournalFields.name(of: key) == nil)
        #expect(fields([key: "v"]) == fields([:]))
    }

    @Test("A name is never longer than the journal takes, and never holds what it refuses")
    func anyName() {
        for byte in UInt8.min...UInt8.max {
            let key = "k" + String(UnicodeScalar(byte)) + String(repeating: "x", count: 100)
            let name = JournalFields.name(of: key) ?? ""
            #expect(name.utf8.count == JournalFields.maximumNameLength)
            #expect(name.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }, "byte \(byte)")
        }
    }

    @Test("Every name in the table is one that the journal takes")
    func table() {
        for name in JournalFields.names.values {
            #expect(name.utf8.count <= JournalFields.maximumNameLength)
            #expect(name.first?.isUppercase == true)
            #expect(name.allSatisfy { $0.isUppercase || $0 == "_" })
        }
    }

    @Test("A message id is 32 digits; anything else does not take its field")
    func messageID() {
        let id = "0b4a5c8e-8f0d-4a55-9c0e-0123456789ab"
        #expect(fields(["message-id": .string(id)])["MESSAGE_ID"] == "0b4a5c8e8f0d4a559c0e0123456789ab")
        let other = fields(["message-id": "nonsense"])
        #expect(other["MESSAGE_ID"] == nil && other["METADATA_MESSAGE_ID"] == "nonsense")
    }

    @Test("Two keys that come to one name both keep their value")
    func collision() {
        let fields = fields(["mac": "A", "phone-mac": "B"])
        #expect(fields["PHONE_MAC"] == "A")
        #expect(fields["METADATA_PHONE_MAC"] == "B")
        #expect(Set(fields.fields.map(\.name)).count == fields.fields.count)
    }

    @Test("Values with newlines or any other character go through whole")
    func values() {
        let text = "a\nPRIORITY=0\u{0}\u{1B}é"
        let fields = fields(["note": .string(text)])
        #expect(fields["NOTE"] == text)
        #expect(fields.entries.contains(Array("NOTE=\(text)".utf8)))
        #expect(fields["PRIORITY"] == "4")
    }

    @Test("Long values are cut between characters, and many metadata are counted")
    func limits() {
        let long = String(repeating: "é", count: JournalFields.maximumValueLength)
        let cut = fields(["note": .string(long)])["NOTE"] ?? ""
        #expect(cut.utf8.count <= JournalFields.maximumValueLength)
        #expect(cut.utf8.count > JournalFields.maximumValueLength - 4)
        #expect(cut.hasSuffix("é…"))
        let many = Dictionary(
            uniqueKeysWithValues: (0..<(JournalFields.maximumMetadata + 5)).map {
                ("k\($0)", Logger.MetadataValue("v"))
            }
        )
        #expect(fields(many)["METADATA_LEFT_OUT"] == "5")
    }

    @Test("Each level has its priority of syslog(3)")
    func priorities() {
        #expect(Logger.Level.allCases.map(\.journalPriority) == [7, 7, 6, 5, 4, 3, 2])
    }

    @Test("An event's metadata stands over the provider's, and that over the logger's")
    func merging() {
        let provider = Logger.MetadataProvider { ["a": "provider", "b": "provider"] }
        let merged = event("m", metadata: ["a": "event"]).mergedMetadata(
            handler: ["a": "logger", "b": "logger", "c": "logger"],
            provider: provider
        )
        #expect(merged == ["a": "event", "b": "provider", "c": "logger"])
    }

    @Test("A logger keeps its metadata and level in its handler")
    func handler() {
        var logger = Logger(label: "x") { JournalLogHandler(label: $0, identifier: "phoneprovd") }
        logger[metadataKey: "step"] = "3"
        logger.logLevel = .error
        #expect(logger[metadataKey: "step"] == "3")
        #expect(logger.logLevel == .error)
    }
}

@Suite("Lines for people")
struct TerminalLineTests {
    @Test("Level, message, error, then key=value by key")
    func line() {
        let line = TerminalLine(
            event: event("The file was refused.", error: Trouble()),
            metadata: ["step": "8", "file": "a b.cfg", "empty": "", "quote": "say \"x\""]
        )
        #expect(
            line.text
                == #"warning The file was refused. error="no route to host" file="a b.cfg" quote="say \"x\"" step=8"#
        )
    }

    @Test(
        "Text from the network cannot move the cursor, make a line or turn the direction",
        arguments: [
            ("a\u{1B}[2Jb", #"a\u{1b}[2Jb"#), ("a\nb\r\tc", #"a\nb\r\tc"#), ("\u{7F}\u{9B}31m", #"\u{7f}\u{9b}31m"#),
            ("a\u{202E}b", #"a\u{202e}b"#), ("a\u{2028}b", #"a\u{2028}b"#), ("é 日本", "é 日本"), ("\0", #"\u{0}"#),
        ]
    )
    func escaped(text: String, shown: String) {
        #expect(TerminalLine.escaped(text) == shown)
        let line = TerminalLine(event: event("\(text)"), metadata: [text: .string("x" + text)]).text
        #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test("Only the level is coloured, and only when asked for")
    func colour() {
        let line = TerminalLine(event: event("m", level: .error), metadata: ["k": "v"], isColoured: true)
        #expect(line.text == "\u{1B}[31merror\u{1B}[0m m k=v")
        #expect(TerminalLine(event: event("m", level: .error), metadata: [:]).text == "error m")
        #expect(TerminalLine(event: event("m", level: .info), metadata: [:], isColoured: true).text == "info m")
    }

    @Test("What the message says already is not said again, nor what only the journal can use")
    func repetition() {
        let line = TerminalLine(
            event: event("step 3, SIP PnP: found"),
            metadata: ["step": "3", "outcome": "found", "mac": "0080F0ABCDEF", "message-id": "995d9b32"]
        )
        #expect(line.text == "warning step 3, SIP PnP: found mac=0080F0ABCDEF")
    }

    @Test(
        "A value stands in the message when it is a word there, or any text that is more than a word",
        arguments: [
            ("found", "found", true), ("step 3, SIP PnP: found", "found", true), ("‘Yes’ → ‘No’", "Yes", true),
            ("step 13: 3 files", "3", true), ("step 13", "3", false), ("step 3.1", "3", false), ("30 → 3x", "3", false),
            ("größer", "gr", false), ("gr", "größer", false), ("GET http://h/x: 404", "http://h/x", true),
            ("GET http://h/xy", "http://h/x", true), ("a", "b", false), ("", "b", false), ("a", "", true),
            ("a\0b", "b", false), ("a b", "a\0", false), ("日本 a", "a", true), ("x日本", "日本", false),
        ]
    )
    func says(message: String, value: String, isSaid: Bool) {
        #expect(TerminalLine.says(message, "key", value) == isSaid)
        #expect(TerminalLine.says(message, "mac", value) == value.isEmpty)
    }

    @Test("NO_COLOR forbids colour whatever stderr is")
    func noColour() {
        #expect(!TerminalLogHandler.stderrTakesColour(noColour: "1"))
    }

    @Test("A long value is cut")
    func long() {
        let text = TerminalLine.escaped(String(repeating: "x", count: TerminalLine.maximumValueLength + 1))
        #expect(text.utf8.count == TerminalLine.maximumValueLength && text.hasSuffix("…"))
    }

    @Test("The time of day has milliseconds")
    func time() {
        let time = WallClock.now()
        #expect(time.utf8.count == 12)
        #expect(time.wholeMatch(of: /[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}/) != nil)
    }
}
