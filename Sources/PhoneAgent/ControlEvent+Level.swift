import Control
import Logging

extension ControlEvent {
    /// How much a line about it matters: refusals and failures are for everybody, the rest for who looks closely.
    var level: Logger.Level {
        switch self {
        case .listening, .ended, .adminGroupMissing: .info
        case .groupMissing, .adminGroupNotLetIn, .acceptFailed: .warning
        case .answered(_, _, failure: .some): .notice
        case .connected, .answered: .debug
        case .closed(_, let reason):
            switch reason {
            case .peerFinished, .peerGone, .shutdown, .idle: .debug
            case .malformed, .messageTooLarge, .tooManyConnections, .slowReader: .notice
            }
        }
    }

    /// Whose call was refused for want of a right, so that it can be searched for.
    var metadata: Logger.Metadata {
        guard case .answered(let caller, let method, let failure?) = self,
            failure.hasPrefix("\(ControlInterface.name).NotPermitted")
        else { return [:] }
        return [
            "message-id": "\(MessageID.callRefused)", "caller-uid": "\(caller.uid)", "caller-pid": "\(caller.pid)",
            "control-method": "\(method)",
        ]
    }
}
