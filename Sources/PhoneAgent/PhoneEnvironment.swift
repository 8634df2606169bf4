import Downloads
import Flash
import Logging

/// What all phones of a daemon share.
struct PhoneEnvironment: Sendable {
    var configuration: DaemonConfiguration
    let flash: FlashStore
    let downloads: DownloadEngine
    let sockets: SocketTable
    let inform: InformDesk
    let board: StatusBoard
    let access: WebAccess
    let pace: PnPPace
    let logger: Logger
}
