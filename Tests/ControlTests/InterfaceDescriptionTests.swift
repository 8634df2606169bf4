@testable import Control
import Testing

@Suite("The interface definition")
struct InterfaceDescriptionTests {
    let model: InterfaceModel

    init() throws {
        model = try InterfaceModel(parsing: ControlInterface.description)
    }

    @Test("defines the methods that the server has, and no other")
    func methodsAreThoseOfTheServer() {
        #expect(model.name == "io.phoneprovd")
        #expect(Set(model.methods.keys) == Set(ControlMethod.allCases.map(\.rawValue)))
    }

    @Test("has the parameters of every request, in the same order")
    func parametersAreThoseOfTheRequests() throws {
        for request in Sample.requests {
            let type = type(of: request)
            let method = try #require(model.methods[type.method.rawValue])
            #expect(method.input.map(\.name) == type.parameterNames, "\(type.method)")
            #expect(Mirror(reflecting: request).children.compactMap(\.label) == type.parameterNames, "\(type.method)")
        }
    }

    @Test(
        "has every field of every Swift type, in the same order",
        arguments: [
            ("PhoneStatus", Sample.fullStatus as any Sendable), ("StepRecord", Sample.fullRun.steps[0]),
            ("FileRecord", Sample.fullRun.files[0]), ("SettingChange", Sample.fullRun.changes[0]),
            ("MessageRecord", Sample.fullRun.messages[0]), ("DownloadRecord", Sample.fullRun.downloads[0]),
            ("LeaseRecord", Sample.fullRun.lease[0]),
            ("CapturedMessage", Sample.capturedMessage),
            ("RunSummary", Sample.fullRun.summary), ("RunRecord", Sample.fullRun),
            ("HiddenValue", Sample.fullSetting.hides[0]), ("SettingValue", Sample.fullSetting),
            ("SettingOrigin", Sample.origin), ("ProgrammedChange", Sample.changes[0]), ("ChangeOrigin", Sample.here),
        ]
    )
    func fieldsAreThoseOfTheTypes(name: String, sample: any Sendable) throws {
        guard case .structure(let fields) = try #require(model.types[name]) else {
            Issue.record("\(name) is no structure")
            return
        }
        // A field that may be null is wrapped, and its storage has an underscore before the name.
        let stored = Mirror(reflecting: sample).children.compactMap(\.label)
        #expect(fields.map(\.name) == stored.map { $0.hasPrefix("_") ? String($0.dropFirst()) : $0 })
    }

    @Test("has the values of every enumeration")
    func enumerationsAreThoseOfTheTypes() {
        #expect(model.types["PhoneState"] == .enumeration(PhoneState.allCases.map(\.rawValue)))
        #expect(model.types["MessageDirection"] == .enumeration(MessageDirection.allCases.map(\.rawValue)))
        #expect(model.types["Programming"] == .enumeration(Programming.allCases.map(\.rawValue)))
        #expect(model.types["UserAction"] == .enumeration(UserAction.allCases.map(\.rawValue)))
        #expect(model.types["FileDisposition"] == .enumeration(FileDisposition.allCases.map(\.rawValue)))
        for source in StatusSource.allCases {
            // A Varlink enumeration has no hyphens: the sources are text, and named in a comment.
            #expect(ControlInterface.description.contains(source.rawValue), "\(source)")
        }
    }

    @Test("defines every type that it names, and names every type that it defines")
    func typesAreDefined() {
        var named: Set<String> = []
        func collect(_ type: InterfaceModel.FieldType) {
            switch type {
            case .named(let name): named.insert(name)
            case .array(let type), .map(let type), .nullable(let type): collect(type)
            case .structure(let fields): fields.forEach { collect($0.type) }
            case .bool, .int, .float, .string, .object, .enumeration: break
            }
        }
        model.types.values.forEach(collect)
        model.methods.values.forEach { collect(.structure($0.input + $0.output)) }
        model.errors.values.forEach { collect(.structure($0)) }
        #expect(named == Set(model.types.keys))
    }

    @Test("defines the errors that the server answers, with their fields", arguments: Sample.errors)
    func errorsAreDefined(error: ControlError) throws {
        let message = ErrorMessage(error)
        let name = try #require(message.error.split(separator: ".").last.map(String.init))
        let fields = try #require(model.errors[name])
        let json = try JSONValue(parsing: MessageCoder.encode(message).dropLast())
        #expect(model.faults(of: json["parameters"], as: fields, at: name) == [])
        #expect(message.controlError == error)
        #expect(!error.description.isEmpty)
    }

    @Test("defines no error that the server cannot answer")
    func everyErrorCanBeAnswered() {
        let answered = Set(Sample.errors.map { String(ErrorMessage($0).error.dropFirst("io.phoneprovd.".count)) })
        #expect(answered == Set(model.errors.keys))
    }

    @Test("of the service itself can be parsed and has what the server answers")
    func serviceInterface() throws {
        let service = try InterfaceModel(parsing: ControlInterface.serviceDescription)
        #expect(service.name == "org.varlink.service")
        #expect(Set(service.methods.keys) == ["GetInfo", "GetInterfaceDescription"])
        let errors: [VarlinkServiceError] = [
            .interfaceNotFound(interface: "a.b"), .methodNotFound(method: "a.b.C"),
            .methodNotImplemented(method: "a.b.C"), .invalidParameter(parameter: "p"),
        ]
        for error in errors {
            let message = ErrorMessage(error)
            let name = try #require(message.error.split(separator: ".").last.map(String.init))
            let fields = try #require(service.errors[name])
            let json = try JSONValue(parsing: MessageCoder.encode(message).dropLast())
            #expect(service.faults(of: json["parameters"], as: fields, at: name) == [])
            #expect(message.serviceError == error)
        }
        #expect(service.errors.count == errors.count)
    }
}
