import Control
import Logging

extension ControlEvent {
    /// How much a line about it matters: refusals and failures are for everybody, the rest for who looks closely.
    var level: Logger.Level {
        switch self {
        case .listening, .ended: .info
        case .groupMissing, .acceptFailed: .warning
        case .answered(_, _, failure: .some): .notice
        case .connected, .answered: .debug
        case .closed(_, let reason):
            switch reason {
            case .peerFinished, .peerGone, .shutdown, .idle: .debug
            case .malformed, .messageTooLarge, .tooManyConnections, .slowReader: .notice
            }
        }
    }
}
