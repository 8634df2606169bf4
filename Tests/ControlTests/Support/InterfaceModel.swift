/// A parsed Varlink interface definition (varlink.org, "Interface Definition"): a second reading of the text that the
/// server hands out, to hold its messages against.
struct InterfaceModel {
    struct Field: Equatable {
        let name: String
        let type: FieldType
    }

    indirect enum FieldType: Equatable {
        case bool, int, float, string, object
        case named(String)
        case array(FieldType)
        case map(FieldType)
        case nullable(FieldType)
        case structure([Field])
        case enumeration([String])
    }

    struct Method: Equatable {
        let input: [Field]
        let output: [Field]
    }

    struct SyntaxError: Error {
        let reason: String
    }

    private(set) var name = ""
    private(set) var types: [String: FieldType] = [:]
    private(set) var methods: [String: Method] = [:]
    private(set) var errors: [String: [Field]] = [:]

    init(parsing text: String) throws {
        var parser = Parser(text: text)
        try parser.expect("interface")
        name = parser.next()
        while !parser.isAtEnd {
            let keyword = parser.next()
            let member = parser.next()
            guard member.first?.isUppercase == true, types[member] == nil, methods[member] == nil, errors[member] == nil
            else { throw SyntaxError(reason: "name of a member: \(member)") }
            switch keyword {
            case "type": types[member] = try parser.structureOrEnumeration()
            case "method":
                let input = try parser.fields()
                try parser.expect("->")
                methods[member] = Method(input: input, output: try parser.fields())
            case "error": errors[member] = try parser.fields()
            default: throw SyntaxError(reason: "keyword \(keyword)")
            }
        }
    }

    /// What is wrong with a value of a type; empty when nothing is.
    func faults(of value: JSONValue?, as type: FieldType, at path: String) -> [String] {
        switch (type, value) {
        case (.nullable, nil), (.nullable, .null): []
        case (.nullable(let type), _): faults(of: value, as: type, at: path)
        case (_, nil): ["\(path) is missing"]
        case (.bool, .bool), (.string, .string), (.float, .number), (.object, .object): []
        case (.int, .number(let number)): number.rounded() == number ? [] : ["\(path) is not whole"]
        case (.named(let name), _):
            if let type = types[name] { faults(of: value, as: type, at: path) } else { ["no type \(name)"] }
        case (.array(let type), .array(let values)):
            values.enumerated().flatMap { faults(of: $1, as: type, at: "\(path)[\($0)]") }
        case (.map(let type), .object(let values)):
            values.flatMap { faults(of: $1, as: type, at: "\(path).\($0)") }
        case (.structure(let fields), .object): faults(of: value, as: fields, at: path)
        case (.enumeration(let names), .string(let name)): names.contains(name) ? [] : ["\(path) is \(name)"]
        default: ["\(path) has the wrong type"]
        }
    }

    /// What is wrong with an object of these fields, an unknown field included.
    func faults(of value: JSONValue?, as fields: [Field], at path: String) -> [String] {
        guard case .object(let values)? = value else { return ["\(path) is no object"] }
        let unknown = Set(values.keys).subtracting(fields.map(\.name)).map { "\(path).\($0) is not defined" }
        return unknown + fields.flatMap { faults(of: values[$0.name], as: $0.type, at: "\(path).\($0.name)") }
    }

    private struct Parser {
        private var tokens: ArraySlice<Substring> = []

        init(text: String) {
            var found: [Substring] = []
            for line in text.split(separator: "\n") {
                let code = line.prefix { $0 != "#" }
                found += code.matches(of: /->|\[\]|\[string\]|[?(),:]|[A-Za-z][A-Za-z0-9._-]*/).map(\.output)
            }
            tokens = found[...]
        }

        var isAtEnd: Bool { tokens.isEmpty }

        mutating func next() -> String { String(tokens.popFirst() ?? "") }

        mutating func expect(_ token: String) throws {
            let found = next()
            guard found == token else { throw SyntaxError(reason: "\(found) instead of \(token)") }
        }

        mutating func fields() throws -> [Field] {
            switch try structureOrEnumeration() {
            case .structure(let fields): return fields
            default: throw SyntaxError(reason: "an enumeration in the place of fields")
            }
        }

        mutating func structureOrEnumeration() throws -> FieldType {
            try expect("(")
            if tokens.first == ")" {
                try expect(")")
                return .structure([])
            }
            var names: [String] = []
            var fields: [Field] = []
            while true {
                let name = next()
                guard name.wholeMatch(of: /[A-Za-z](_?[A-Za-z0-9])*/) != nil else {
                    throw SyntaxError(reason: "name of a field: \(name)")
                }
                names.append(name)
                if tokens.first == ":" {
                    try expect(":")
                    fields.append(Field(name: name, type: try type()))
                }
                if tokens.first == ")" { break }
                try expect(",")
            }
            try expect(")")
            guard fields.isEmpty || fields.count == names.count else { throw SyntaxError(reason: "fields: \(names)") }
            guard Set(names).count == names.count else { throw SyntaxError(reason: "twice the same: \(names)") }
            return fields.isEmpty ? .enumeration(names) : .structure(fields)
        }

        mutating func type() throws -> FieldType {
            switch tokens.first {
            case "(": return try structureOrEnumeration()
            default: break
            }
            switch next() {
            case "?": return .nullable(try type())
            case "[]": return .array(try type())
            case "[string]": return .map(try type())
            case "bool": return .bool
            case "int": return .int
            case "float": return .float
            case "string": return .string
            case "object": return .object
            case let name: return .named(name)
            }
        }
    }
}
