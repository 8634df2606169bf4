@testable import Control
import Testing

@Suite("Every method over a real socket")
struct MethodTests {
    let model: InterfaceModel

    init() throws {
        model = try InterfaceModel(parsing: ControlInterface.description)
    }

    @Test("takes the call and answers as the definition says", arguments: Sample.requests.indices)
    func roundTrip(index: Int) async throws {
        let request = Sample.requests[index]
        let method = type(of: request).method
        let definition = try #require(model.methods[method.rawValue])
        let call = try MessageCoder.encode(CallMessage(method: method.qualifiedName, parameters: AnyEncodable(request)))
        let sent = try JSONValue(parsing: call.dropLast())
        #expect(model.faults(of: sent["parameters"], as: definition.input, at: "\(method)") == [])

        try await withServer { test in
            let connection = try test.connect()
            try await connection.send(call)
            let reply = try #require(try await connection.receiveJSON())
            #expect(reply["error"] == nil)
            #expect(model.faults(of: reply["parameters"], as: definition.output, at: "\(method)") == [])
            #expect(test.service.requests.count == 1)
            let arrivedAsSent = isEqual(request, test.service.requests.first)
            #expect(arrivedAsSent)
        }
    }

    @Test("of the definition is dispatched")
    func everyMethodIsDispatched() async throws {
        try await withServer { test in
            let connection = try test.connect()
            for name in model.methods.keys.sorted() {
                let reply = try await connection.ask(#"{"method":"io.phoneprovd.\#(name)","parameters":{"no such":1}}"#)
                #expect(reply?["error"] == .string("org.varlink.service.InvalidParameter"), "\(name)")
            }
        }
    }

    @Test("brings its reply back to our own client")
    func ownClient() async throws {
        try await withServer { test in
            let client = try await test.client()
            func check<Request: ControlRequest>(_ request: Request, _ reply: Request.Reply) async throws {
                #expect(try await client.call(request) == reply)
                #expect(test.service.requests.last as? Request == request)
            }
            try await check(StatusRequest(phone: "a"), Sample.status)
            try await check(WaitRequest(states: [.partial], timeoutSeconds: 0.5), Sample.wait)
            try await check(ExplainRequest(run: 3), Sample.explain)
            try await check(HistoryRequest(phone: "a"), Sample.history)
            try await check(ProvisionRequest(phone: "a"), EmptyReply())
            try await check(RebootRequest(phone: "a"), EmptyReply())
            try await check(FactoryResetRequest(phone: "a"), EmptyReply())
            try await check(GetRequest(name: "A", reveal: true), Sample.get)
            try await check(SetRequest(name: "A", value: "ü\u{0}\u{1F4DE}"), Sample.set)
            try await check(UnsetRequest(name: "A"), EmptyReply())
            try await check(DhcpEventRequest(variables: ["reason": "BOUND"]), Sample.dhcpEvent)
            try await check(CaptureRequest(phone: "a"), Sample.capture)
            try await check(ExportRequest(phone: "a"), Sample.export)
            try await check(ImportRequest(archive: "AA/+", fromOtherPhone: true), Sample.importArchive)
            try await check(ReloadRequest(), Sample.reload)
            try await check(SavedFilesRequest(phone: "a"), Sample.savedFiles)
            try await check(SavedDocumentRequest(file: "standard"), Sample.savedDocument)
            try await check(SignInRequest(account: "a", password: "b", from: "192.0.2.9"), Sample.signIn)
            try await check(SignOutRequest(session: "s"), EmptyReply())
            try await check(WebPasswordRequest(), Sample.webPassword)
            try await check(ResumeRequest(session: "s"), Sample.signedIn)
            #expect(try await client.serviceInformation() == TestServer.information)
        }
    }

    @Test("can be called without any parameters object, and with null for it")
    func absentParameters() async throws {
        try await withServer { test in
            let connection = try test.connect()
            for call in [
                #"{"method":"io.phoneprovd.Status"}"#, #"{"method":"io.phoneprovd.Status","parameters":null}"#,
            ] {
                #expect(try await connection.ask(call)?["error"] == nil)
            }
            let reply = try await connection.ask(#"{"method":"io.phoneprovd.Unset"}"#)
            #expect(reply?["parameters"]?["parameter"] == .string("name"))
        }
    }

    @Test("passes the service's errors on", arguments: Sample.errors)
    func errors(error: ControlError) async throws {
        try await withServer { test in
            test.service.fail(with: error)
            let client = try await test.client()
            await #expect(throws: ControlClientError.control(error)) { try await client.call(ExplainRequest()) }
            // The connection serves on.
            test.service.fail(with: nil)
            #expect(try await client.call(ExplainRequest()) == Sample.explain)
        }
    }

    @Test("answers Failed when the service throws something of its own")
    func unknownError() async throws {
        struct DiskFull: Error, CustomStringConvertible {
            var description: String { "the disk is full" }
        }
        try await withServer { test in
            test.service.fail(with: DiskFull())
            let client = try await test.client()
            await #expect(throws: ControlClientError.control(.failed(reason: "the disk is full"))) {
                try await client.call(HistoryRequest())
            }
        }
    }

    @Test(
        "refuses a parameter that is unknown, missing or of the wrong type, by its name",
        arguments: [
            (#"io.phoneprovd.Status","parameters":{"Phone":"a"}"#, "Phone"),
            (#"io.phoneprovd.Status","parameters":{"phone":1}"#, "phone"),
            (#"io.phoneprovd.Set","parameters":{"name":"A"}"#, "value"),
            (#"io.phoneprovd.Set","parameters":{"name":null,"value":"x"}"#, "name"),
            (#"io.phoneprovd.Wait","parameters":{"states":["provisioned","happy"]}"#, "states"),
            (#"io.phoneprovd.Wait","parameters":{"timeoutSeconds":-1}"#, "timeoutSeconds"),
            (#"io.phoneprovd.Wait","parameters":{"timeoutSeconds":1e999}"#, "parameters"),
            (#"io.phoneprovd.Explain","parameters":{"run":1.5}"#, "parameters"),
            (#"io.phoneprovd.DhcpEvent","parameters":{"variables":{"a":1}}"#, "variables"),
            (#"org.varlink.service.GetInfo","parameters":{"x":1}"#, "x"),
            (#"org.varlink.service.GetInterfaceDescription","parameters":{}"#, "interface"),
            (#"Status","parameters":{}"#, "method"),
        ]
    )
    func invalidParameters(call: String, parameter: String) async throws {
        try await withServer { test in
            let reply = try await test.connect().ask(#"{"method":"\#(call)}"#)
            #expect(reply?["error"] == .string("org.varlink.service.InvalidParameter"))
            #expect(reply?["parameters"]?["parameter"] == .string(parameter))
            #expect(test.service.requests.isEmpty)
        }
    }

    @Test(
        "that does not exist is refused with the right error",
        arguments: [
            ("io.phoneprovd.Dance", "MethodNotFound", "method", "io.phoneprovd.Dance"),
            ("io.phoneprovd.status", "MethodNotFound", "method", "io.phoneprovd.status"),
            ("org.varlink.service.Dance", "MethodNotFound", "method", "org.varlink.service.Dance"),
            ("org.example.Dance", "InterfaceNotFound", "interface", "org.example"),
        ]
    )
    func unknownMethods(method: String, error: String, field: String, value: String) async throws {
        try await withServer { test in
            let reply = try await test.connect().ask(#"{"method":"\#(method)"}"#)
            #expect(reply?["error"] == .string("org.varlink.service.\(error)"))
            #expect(reply?["parameters"]?[field] == .string(value))
        }
    }

    @Test("that asks for an upgrade is refused as not implemented")
    func upgrade() async throws {
        try await withServer { test in
            let reply = try await test.connect().ask(#"{"method":"io.phoneprovd.Status","upgrade":true}"#)
            #expect(reply?["error"] == .string("org.varlink.service.MethodNotImplemented"))
        }
    }

    @Test("is listed by the service interface")
    func introspection() async throws {
        try await withServer { test in
            let connection = try test.connect()
            let info = try await connection.ask(#"{"method":"org.varlink.service.GetInfo","parameters":{}}"#)
            #expect(
                info?["parameters"]?["interfaces"]
                    == .array([.string("org.varlink.service"), .string("io.phoneprovd")])
            )
            for interface in ControlInterface.all {
                let reply = try await connection.ask(
                    #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"\#(interface)"}}"#
                )
                let text = try #require(ControlInterface.description(of: interface))
                #expect(reply?["parameters"]?["description"] == .string(text))
            }
            let unknown = try await connection.ask(
                #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"a.b"}}"#
            )
            #expect(unknown?["error"] == .string("org.varlink.service.InterfaceNotFound"))
        }
    }
}

/// Whether two requests are of the same type and equal.
private func isEqual<Request: ControlRequest>(_ left: Request, _ right: (any ControlRequest)?) -> Bool {
    left == right as? Request
}
