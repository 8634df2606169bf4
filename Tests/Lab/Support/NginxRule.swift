/// What nginx does at one path instead of serving the file that lies there.
public struct NginxRule: Sendable, Equatable {
    /// An answer out of the ordinary.
    public enum Answer: Sendable, Equatable {
        /// This status; a body of nginx's own when it is an error.
        case status(Int)
        /// This status with this body.
        case body(String, status: Int = 200, contentType: String = "text/plain")
        /// A redirection to this URL.
        case redirect(to: String, status: Int = 302)
        /// The file, at this many bytes a second. One byte a second is a server that hangs after the headers.
        case slow(bytesPerSecond: Int)
        /// The file, for this user only (Basic, RFC 7617); 401 without a password, or with a wrong one.
        case basicAuthentication(user: String, password: String)
        /// The connection is closed without an answer.
        case noAnswer
        /// The file, as ever; for a rule that only adds headers.
        case file
    }

    /// The path, from the first slash, without a query.
    public let path: String
    /// What is answered there.
    public let answer: Answer
    /// Header fields added to the answer, whatever its status.
    public let headers: [String: String]

    /// A rule for `path`, which is matched whole.
    public init(_ path: String, _ answer: Answer, headers: [String: String] = [:]) {
        self.path = path
        self.answer = answer
        self.headers = headers
    }

    /// The location block. `passwords` is the file that holds the password when the rule needs one.
    func location(passwords: String) -> String {
        var lines = headers.sorted { $0.key < $1.key }.map { "add_header \($0.key) \(quoted($0.value)) always;" }
        switch answer {
        case .status(let status): lines.append("return \(status);")
        case .body(let text, let status, let contentType):
            lines.append("default_type \(quoted(contentType));")
            lines.append("return \(status) \(quoted(text));")
        case .redirect(let url, let status): lines.append("return \(status) \(quoted(url));")
        case .slow(let rate): lines.append("limit_rate \(rate);")
        case .basicAuthentication: lines += ["auth_basic lab;", "auth_basic_user_file \(quoted(passwords));"]
        case .noAnswer: lines.append("return 444;")
        case .file: break
        }
        return "location = \(quoted(path)) { \(lines.joined(separator: " ")) }"
    }
}

/// A word of nginx's configuration. nginx would take $ for a variable and knows no escape for it, but for this variable.
func quoted(_ word: String) -> String {
    let escaped = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("$", with: "${dollar}")
    return "\"\(escaped)\""
}
