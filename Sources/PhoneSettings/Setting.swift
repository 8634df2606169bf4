/// A place in a file.
public struct SourcePosition: Hashable, Sendable, Codable {
    /// The line, from 1.
    public let line: Int
    /// The column in characters, from 1; `nil` when it is not known.
    public let column: Int?

    /// The place at `line` and `column`, both counted from 1.
    public init(line: Int, column: Int? = nil) {
        self.line = line
        self.column = column
    }
}

extension SourcePosition: Comparable {
    /// In the order of the file.
    public static func < (a: SourcePosition, b: SourcePosition) -> Bool {
        (a.line, a.column ?? 0) < (b.line, b.column ?? 0)
    }
}

extension SourcePosition: CustomStringConvertible {
    /// `line` or `line:column`.
    public var description: String { column.map { "\(line):\($0)" } ?? "\(line)" }
}

/// One value that a layer gives to one parameter.
public struct Setting: Hashable, Sendable, Codable {
    /// The parameter.
    public let key: ParameterKey
    /// The value. An empty one is a value too.
    public let value: String
    /// The attribute `perm`; `readWrite` for the user's own values.
    public let permission: Permission
    /// The attribute `access`; `nil` when the file does not say, and then the dictionary does.
    public let access: Access?
    /// Where the parameter's start tag stands in its file; `nil` for a value that no file gave.
    public let position: SourcePosition?

    /// `value` for the parameter `key`.
    public init(
        key: ParameterKey,
        value: String,
        permission: Permission = .readWrite,
        access: Access? = nil,
        position: SourcePosition? = nil
    ) {
        self.key = key
        self.value = value
        self.permission = permission
        self.access = access
        self.position = position
    }
}

extension Setting: CustomStringConvertible, CustomDebugStringConvertible {
    /// `NAME=value`, secrets as `***`.
    public var description: String {
        "\(key)=\(ParameterDictionary.standard.displayValue(value, of: key.name))"
    }

    /// The same as `description`, so that a dump shows no secret.
    public var debugDescription: String { description }
}
