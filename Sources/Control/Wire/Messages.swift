import FoundationEssentials

/// The head of a call: everything but the values of its parameters, whose type the method decides.
struct CallHeader: Decodable, Sendable, Equatable {
    /// The qualified name of the method.
    let method: String
    /// The client wants several replies.
    let more: Bool
    /// The client wants no reply.
    let oneway: Bool
    /// The client wants the connection for another protocol.
    let upgrade: Bool
    /// The names of the parameters that are given.
    let parameterNames: [String]

    private enum CodingKeys: CodingKey {
        case method, parameters, more, oneway, upgrade
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        method = try container.decode(String.self, forKey: .method)
        more = try container.decodeIfPresent(Bool.self, forKey: .more) ?? false
        oneway = try container.decodeIfPresent(Bool.self, forKey: .oneway) ?? false
        upgrade = try container.decodeIfPresent(Bool.self, forKey: .upgrade) ?? false
        if container.contains(.parameters), try !container.decodeNil(forKey: .parameters) {
            let parameters = try container.nestedContainer(keyedBy: AnyName.self, forKey: .parameters)
            parameterNames = parameters.allKeys.map(\.stringValue)
        } else {
            parameterNames = []
        }
    }
}

/// A call's parameters, when the method and so their type is known; `nil` when they are absent or null.
private struct CallParameters<Parameters: Decodable>: Decodable {
    let parameters: Parameters?
}

/// A call as a client sends it. Flags that are not set are left out.
struct CallMessage<Parameters: Encodable>: Encodable {
    let method: String
    let parameters: Parameters
    var more: Bool?
    var oneway: Bool?
}

/// A reply as the server sends it and the client reads it.
struct ReplyMessage<Parameters> {
    let parameters: Parameters
    /// Whether further replies to the same call follow; left out when not.
    var continues: Bool?
}

extension ReplyMessage: Encodable where Parameters: Encodable {}
extension ReplyMessage: Decodable where Parameters: Decodable {}

/// The part of a reply that tells how to read the rest.
struct ReplyHeader: Decodable {
    let error: String?
    let continues: Bool?
}

/// A name that is not known beforehand.
struct AnyName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// Writes and reads the messages of both sides.
enum MessageCoder {
    /// The byte after each message (varlink.org, "Method Call").
    static let terminator: UInt8 = 0

    /// A message with its terminator.
    ///
    /// - Throws: `EncodingError`, for a number that JSON does not have.
    static func encode(_ message: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        var bytes = Array(try encoder.encode(message))
        bytes.append(terminator)
        return bytes
    }

    /// A message's content, without its terminator.
    ///
    /// - Throws: `DecodingError`.
    static func decode<Message: Decodable>(_ type: Message.Type, from bytes: [UInt8]) throws -> Message {
        try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// The parameters of a call. Absent ones are an empty object, which is enough where all of them are nullable.
    ///
    /// - Throws: `VarlinkServiceError.invalidParameter`, with the name of the first that is missing or of a wrong type;
    ///   for a number that is out of range, of which the decoder does not tell the place, with `parameters`.
    static func decodeParameters<Parameters: Decodable>(
        _ type: Parameters.Type,
        from message: [UInt8]
    ) throws(VarlinkServiceError) -> Parameters {
        do {
            return try decode(CallParameters<Parameters>.self, from: message).parameters
                ?? decode(Parameters.self, from: Array("{}".utf8))
        } catch {
            throw .invalidParameter(parameter: parameterName(of: error))
        }
    }

    /// The name of the parameter that an error is about: the first name of its path below `parameters`.
    private static func parameterName(of error: any Error) -> String {
        let path: [any CodingKey] =
            switch error {
            case DecodingError.keyNotFound(let key, let context): context.codingPath + [key]
            case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
                DecodingError.dataCorrupted(let context):
                context.codingPath
            default: []
            }
        return path.map(\.stringValue).first { $0 != "parameters" } ?? "parameters"
    }
}
