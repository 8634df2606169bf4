import Foundation
import LabSupport
import Testing

/// What other programs read of phoneprovctl: JSON against its published schema, JUnit's XML and SVG, each by a real
/// reader of the lab's root.
@Suite("What other programs read")
struct ReportTests {
    private static let server = "http://198.51.100.1"

    /// Validates documents against their schemas with the Python package jsonschema: as they are published, and once more
    /// with every key forbidden that the schema does not name, so that none is left undescribed.
    private static let validator = """
        import json, sys, jsonschema
        def strict(node):
            if isinstance(node, dict):
                if "properties" in node: node["additionalProperties"] = False
                for value in node.values(): strict(value)
            elif isinstance(node, list):
                for value in node: strict(value)
        for name in sys.argv[2:]:
            schema = json.load(open(f"{sys.argv[1]}/{name.split('-')[0]}.schema.json"))
            jsonschema.Draft202012Validator.check_schema(schema)
            document = json.load(open(f"{sys.argv[1]}/{name}.json"))
            for attempt in (False, True):
                if attempt: strict(schema)
                faults = list(jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).iter_errors(document))
                for fault in faults: print(f"{name}: {'/'.join(map(str, fault.path))}: {fault.message}")
                if faults: sys.exit(1)
            print(f"{name} is valid")
        """

    @Test("every document is valid against its schema, in every state of a phone")
    func schemas() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "KX-UTG200B.cfg": Document.initial(standard: "s.cfg", product: "missing.cfg"),
                    "s.cfg": Document.device(registrar: "a.example.com"),
                ]
            )
            let kamailio = try await KamailioPnP.start(in: lab, .init(url: "\(Self.server)/"))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 2))
            let place = try lab.makeDirectory("schema")
            var names: [String] = []
            func keep(_ command: [String], as name: String) async throws {
                let done = try await daemon.ctl(command)
                #expect(done.output.hasPrefix("{"), "\(command): \(done.errors)")
                try Data(done.output.utf8).write(to: place.appending(path: "\(name).json"))
                names.append(name)
            }
            for name in ["status", "wait", "explain", "expect", "history", "get"] {
                let schema = try await daemon.ctl(["schema", name]).output
                try Data(schema.utf8).write(to: place.appending(path: "\(name).schema.json"))
            }
            try await keep(["explain", "--json"], as: "explain-running")
            try await keep(["status", "--json"], as: "status-running")
            #expect(try await daemon.waitForRun(state: "partial").source == "sip-pnp")
            try await keep(["explain", "--json"], as: "explain-partial")
            try nginx.put("missing.cfg", Document.device(registrar: "b.example.com"))
            #expect(try await daemon.provision().state == "provisioned")
            try await keep(["explain", "--json"], as: "explain-provisioned")
            try await keep(["status", "--json"], as: "status-provisioned")
            try await keep(["wait", "--json"], as: "wait-reached")
            try await keep(["wait", "--state", "failed", "--timeout", "0", "--json"], as: "wait-late")
            try await daemon.set("USR_PROV_SVR_URL", "http://id:secret@198.51.100.1:9/")
            await kamailio.stop()
            #expect(try await daemon.provision().state == "fallback")
            try await keep(["explain", "--json"], as: "explain-fallback")
            try await keep(["explain", "--run", "1", "--json"], as: "explain-first")
            try await daemon.set("PROVISION_ENABLE", "N")
            #expect(try await daemon.provision().state == "disabled")
            try await keep(["explain", "--json"], as: "explain-disabled")
            try await keep(["history", "--json"], as: "history-all")
            try await keep(["get", "--json"], as: "get-all")
            try await keep(
                ["expect", "outcome=failed", "SIP_RGSTR_ADDR_1=a.example.com", "--json"],
                as: "expect-mixed"
            )
            let judged = try await lab.run(
                LabCommand(
                    ["python3", "-c", Self.validator, "/run/schema"] + names,
                    in: lab.phone,
                    insideRoot: true,
                    binds: [LabCommand.Bind(place.path, at: "/run/schema")]
                ),
                within: .seconds(30)
            )
            #expect(judged.status == 0, "\(judged.output)\(judged.errors)")
            #expect(judged.output.components(separatedBy: "is valid").count - 1 == names.count)

            // The facts that are structured, and not only told in words.
            let run = try String(contentsOf: place.appending(path: "explain-partial.json"), encoding: .utf8)
            for part in [
                #""startLine" : "SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 SIP/2.0""#, #""startLine" : "NOTIFY "#,
                #""version" : "HTTP/1.1""#, #""status" : 200"#, #""failure" : "http-404""#,
                #""server" : "198.51.100.1:80""#,
            ] {
                #expect(run.contains(part), "\(part) is missing in \(run)")
            }
            let advice = try String(contentsOf: place.appending(path: "explain-fallback.json"), encoding: .utf8)
            #expect(advice.contains("Start the server at 198.51.100.1"), "\(advice)")
            #expect(!advice.contains("secret"), "\(advice)")
        }
    }

    @Test("expect waits for what is to come, judges, and writes a report that a JUnit reader takes")
    func expect() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun(state: "failed")
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.server)/a.cfg")
            let place = try lab.makeDirectory("junit")
            let report = place.appending(path: "report.xml").path
            let wanted = ["expect", "source=manual", "outcome=provisioned", "SIP_RGSTR_ADDR_1=pbx.example.com"]

            let early = try await daemon.ctl(wanted + ["--junit", report])
            #expect(early.status == 1)
            #expect(early.output.contains("outcome: expected provisioned, came failed"), "\(early.output)")
            #expect(early.output.contains("explain: 8  download  skipped  no source gave"), "\(early.output)")
            #expect(try await Self.judge(report, in: lab, place) == "3 tests, 3 failures, 0 errors")

            // It comes true while it is waited for.
            async let waiting = daemon.ctl(wanted + ["--timeout", "20", "--junit", report])
            try nginx.put("a.cfg", Document.device(registrar: "pbx.example.com"))
            _ = try await daemon.ctl(["provision"])
            let late = try await waiting
            #expect(late.status == 0, "\(late.output)\(late.errors)")
            #expect(try await Self.judge(report, in: lab, place) == "3 tests, 0 failures, 0 errors")

            // A secret is compared, and not shown.
            try await daemon.set("SIP_PASS_1", "right-secret")
            #expect(try await daemon.ctl(["expect", "SIP_PASS_1=right-secret"]).status == 0)
            let secret = try await daemon.ctl(["expect", "SIP_PASS_1=wrong-secret", "--junit", report])
            #expect(secret.status == 1 && !(secret.output + secret.errors).contains("-secret"), "\(secret)")
            #expect(try !String(contentsOfFile: report, encoding: .utf8).contains("-secret"))
            #expect(try await daemon.ctl(["expect", "SIP_RGSTR_ADDR=x"]).status == 2)

            try await daemon.stop()
            let none = try await daemon.ctl(wanted + ["--junit", report])
            #expect(none.status == 3)
            #expect(try await Self.judge(report, in: lab, place) == "3 tests, 0 failures, 3 errors")
        }
    }

    /// What the Python package junitparser counts in a report.
    private static func judge(_ report: String, in lab: LabNetwork, _ place: URL) async throws -> String {
        let script = """
            from junitparser import JUnitXml, Failure, Error
            xml = JUnitXml.fromfile("/run/junit/report.xml")
            cases = [case for suite in xml for case in suite]
            def count(kind): return sum(any(isinstance(r, kind) for r in case.result) for case in cases)
            assert (xml.tests, xml.failures, xml.errors) == (len(cases), count(Failure), count(Error))
            assert all(case.classname and case.name for case in cases)
            print(f"{len(cases)} tests, {count(Failure)} failures, {count(Error)} errors")
            """
        let done = try await lab.run(
            LabCommand(
                ["python3", "-c", script],
                in: lab.phone,
                insideRoot: true,
                binds: [LabCommand.Bind(place.path, at: "/run/junit")]
            )
        )
        #expect(done.status == 0, "\(done.errors)")
        return done.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("the timeline is well-formed SVG that librsvg draws, whatever a server sends")
    func timeline() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a<&>.example.com")])
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun(state: "failed")
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.server)/a.cfg?one=1&two='2'")
            _ = try await daemon.provision()
            let place = try lab.makeDirectory("svg")
            for run in ["1", "2"] {
                let picture = try await daemon.ctl(["explain", "--run", run, "--format", "svg"]).output
                try Data(picture.utf8).write(to: place.appending(path: "run.svg"))
                let done = try await lab.run(
                    LabCommand(
                        [
                            "sh", "-ec",
                            "xmllint --noout /run/svg/run.svg && rsvg-convert -o /run/svg/run.png /run/svg/run.svg",
                        ],
                        in: lab.phone,
                        insideRoot: true,
                        binds: [LabCommand.Bind(place.path, at: "/run/svg")]
                    )
                )
                #expect(done.status == 0 && done.errors.isEmpty, "\(done.errors)")
                let png = try Data(contentsOf: place.appending(path: "run.png"))
                #expect(png.count > 10_000 && png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            }
        }
    }
}
