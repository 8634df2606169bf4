import CCurl
import Glibc
import Synchronization

/// The sockets that libcurl has open on a lane, each with the transfer that opened it.
final class SocketTable: Sendable {
    private let owners = Mutex<[Int32: UInt64]>([:])

    /// Opens a socket that no child process inherits.
    func open(_ address: curl_sockaddr, owner: UInt64) -> Int32 {
        let type = address.socktype | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = ccurl_socket(address.family, type, address.protocol)
        if descriptor >= 0 { owners.withLock { $0[descriptor] = owner } }
        return descriptor
    }

    /// Closes a socket. It happens under the lock, so that the number is not another file's when
    /// ``breakOff(owner:)`` uses it.
    func close(_ descriptor: Int32) -> Int32 {
        owners.withLock {
            $0[descriptor] = nil
            return Glibc.close(descriptor)
        }
    }

    /// Shuts a transfer's sockets down: who waits for them sees the end of the connection at once.
    func breakOff(owner: UInt64) {
        owners.withLock {
            for (descriptor, its) in $0 where its == owner { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Shuts all sockets down.
    func breakOffAll() {
        owners.withLock {
            for descriptor in $0.keys { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// The number of open sockets.
    var count: Int { owners.withLock { $0.count } }
}

extension Transfer {
    /// Makes libcurl open and close its sockets through the table.
    func useSockets(of table: SocketTable) {
        // The lane keeps the table for longer than libcurl keeps a connection, and the transfer for as long
        // as connections are made for it.
        easy.set(CURLOPT_CLOSESOCKETDATA, context: Unmanaged.passUnretained(table).toOpaque())
        easy.attempt(
            ccurl_easy_setopt_close_socket(easy.pointer) { context, descriptor in
                guard let context else { return -1 }
                return Unmanaged<SocketTable>.fromOpaque(context).takeUnretainedValue().close(descriptor)
            }
        )
        self.sockets = table
        easy.set(CURLOPT_OPENSOCKETDATA, context: Unmanaged.passUnretained(self).toOpaque())
        easy.attempt(
            ccurl_easy_setopt_open_socket(easy.pointer) { context, _, address in
                guard let context, let address else { return -1 }
                let transfer = Transfer.from(context)
                return transfer.sockets?.open(address.pointee, owner: transfer.id) ?? -1
            }
        )
    }
}
