import Glibc
import Presentation
import UnixSignals

/// A screen that is drawn anew in place, on the terminal's alternate screen, so that what stood there comes back.
struct LiveScreen {
    /// What it shows: all of it, and what counts most of it, where the window has no room for all.
    struct Text: Sendable {
        var full = ""
        var brief = ""
    }

    /// What makes it be drawn anew, or end.
    enum Event: Sendable {
        case resized
        case ended
    }

    private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
    private static let leave = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// Shows texts until the user ends it, and leaves the terminal as it was, whatever happens.
    ///
    /// - Parameter texts: what is shown, each in place of the one before.
    /// - Returns: the last text that was shown.
    /// - Throws: what the source of the texts throws.
    static func show(_ texts: AsyncThrowingStream<Text, any Error>) async throws -> String {
        try take()
        defer {
            signal(SIGTSTP, SIG_DFL)
            try? Terminal.write(leave, to: STDOUT_FILENO)
        }
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup, .sigwinch, .sigcont)
        return try await withThrowingTaskGroup(of: String?.self) { group in
            let board = Board()
            group.addTask {
                for try await text in texts { try await board.show(text) }
                return await board.text.full
            }
            group.addTask {
                for await signal in signals {
                    switch signal {
                    case .sigwinch: try await board.draw()
                    case .sigcont:
                        try take()
                        try await board.draw()
                    default: return await board.text.full
                    }
                }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next()?.flatMap(\.self) ?? ""
        }
    }

    /// Takes the terminal, and sees to it that Ctrl-Z gives it back before the process stops.
    private static func take() throws {
        try Terminal.write(enter, to: STDOUT_FILENO)
        signal(SIGTSTP) { _ in
            // Nothing here may take a lock or memory (signal-safety.7).
            let leave: StaticString = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"
            _ = Glibc.write(STDOUT_FILENO, leave.utf8Start, leave.utf8CodeUnitCount)
            signal(SIGTSTP, SIG_DFL)
            raise(SIGTSTP)
        }
    }

    /// What stands on the screen.
    private actor Board {
        private(set) var text = Text()

        func show(_ new: Text) throws {
            text = new
            try draw()
        }

        /// From the top, each line's rest erased, then all that is below: nothing flickers and nothing stays behind.
        func draw() throws {
            let size = Terminal.size(STDOUT_FILENO)
            var lines = Self.lines(of: text.full)
            if lines.count > size.rows - 1 { lines = Self.lines(of: text.brief) }
            let footer = Terminal.style("Ctrl-C ends.", .dim)
            if lines.count > size.rows - 1 {
                let more = lines.count - size.rows + 1
                lines = lines.prefix(max(0, size.rows - 1)) + ["\(footer) \(more) more lines below."]
            } else {
                lines.append(footer)
            }
            let body = lines.map { Self.clipped($0, to: size.columns) + "\u{1B}[K" }.joined(separator: "\r\n")
            try Terminal.write("\u{1B}[H" + body + "\u{1B}[J", to: STDOUT_FILENO)
        }

        private static func lines(of text: String) -> [String] {
            text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }

        /// A line's visible characters up to the edge. Colours take no room, and none is left switched on.
        private static func clipped(_ line: String, to columns: Int) -> String {
            var result = ""
            var visible = 0
            var isEscape = false
            for character in line {
                if character == "\u{1B}" { isEscape = true }
                if isEscape {
                    result.append(character)
                    if character == "m" { isEscape = false }
                    continue
                }
                guard visible < columns else { continue }
                result.append(character)
                visible += 1
            }
            return result
        }
    }
}
