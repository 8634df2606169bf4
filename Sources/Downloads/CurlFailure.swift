import CCurl
import Glibc

extension Verdict {
    /// What a code of libcurl (libcurl-errors(3)) means here.
    static func curl(_ code: CURLcode, _ text: String, _ report: TransferReport, _ leg: Leg) -> Verdict {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .failure(timeout(report, leg))
        case CURLE_SSL_CACERT_BADFILE: badRoots(text, leg)
        case CURLE_PEER_FAILED_VERIFICATION:
            .certificateRefused(TLSText.refusal(report.verifyResult, text, host: leg.url.host))
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CLIENTCERT, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_INITFAILED:
            tls(TLSText.handshake(text))
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR: brokenOff(text, report)
        case CURLE_COULDNT_RESOLVE_HOST: .failure(.nameNotResolved(host: leg.url.host))
        case CURLE_COULDNT_RESOLVE_PROXY: .failure(.proxy("its name is not known"))
        case CURLE_PROXY: .failure(.proxy(text))
        case CURLE_COULDNT_CONNECT: .failure(noConnection(text, report, leg))
        case CURLE_INTERFACE_FAILED: .failure(.localBinding(text))
        case CURLE_FILESIZE_EXCEEDED: .failure(.tooLarge(limit: leg.maximumBytes))
        case CURLE_PARTIAL_FILE: .failure(.truncated(received: report.received))
        case CURLE_GOT_NOTHING: .failure(.emptyReply)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING,
            CURLE_FTP_WEIRD_PASS_REPLY, CURLE_FTP_WEIRD_PASV_REPLY, CURLE_FTP_WEIRD_227_FORMAT,
            CURLE_FTP_CANT_GET_HOST, CURLE_FTP_COULDNT_SET_TYPE, curlTooLarge:
            .failure(.badReply(text))
        case CURLE_LOGIN_DENIED: .failure(.ftpLogin)
        case CURLE_REMOTE_ACCESS_DENIED, CURLE_REMOTE_FILE_NOT_FOUND, CURLE_FTP_COULDNT_RETR_FILE:
            .failure(.ftpMissing)
        case CURLE_TFTP_NOTFOUND: .failure(.tftpNotFound)
        case CURLE_TFTP_PERM: .failure(.tftpAccess)
        case CURLE_TFTP_ILLEGAL, CURLE_TFTP_UNKNOWNID, CURLE_TFTP_NOSUCHUSER, CURLE_REMOTE_DISK_FULL,
            CURLE_REMOTE_FILE_EXISTS:
            .failure(.tftpError(text))
        default: .failure(.other(code: Int(code.rawValue), text))
        }
    }

    /// libcurl counts in whole milliseconds and from its own start, so its total runs out a little before ours.
    private static let timerTolerance = Duration.milliseconds(20)

    private static func timeout(_ report: TransferReport, _ leg: Leg) -> DownloadError.Reason {
        guard report.times.total + timerTolerance < leg.timeouts.total else {
            return .totalTimeout(after: leg.requestedTotal, received: report.received)
        }
        switch report.phase {
        case .connecting where report.times.nameLookup == .zero && !leg.url.hostIsAddress && leg.proxy == nil:
            return .nameLookupTimeout(host: leg.url.host, after: leg.timeouts.connect)
        case .connecting: return .connectTimeout(after: leg.timeouts.connect)
        case .waiting: return .firstByteTimeout(after: report.times.total)
        case .receiving: return .idleTimeout(after: leg.timeouts.idle, received: report.received)
        }
    }

    private static func badRoots(_ text: String, _ leg: Leg) -> Verdict {
        switch leg.roots {
        case .system(let system): .failure(.systemRootsUnreadable(path: system.file, text))
        case .systemAnd(let system, _):
            .failure(.systemRootsUnreadable(path: system.folder ?? system.file, text))
        case .only: .failure(.badRoot(number: 1, "none of the certificates can be read"))
        }
    }

    private static func tls(_ kind: TLSFailure.Kind) -> Verdict {
        .failure(.tls(TLSFailure(kind: kind, certificate: nil)))
    }

    private static func brokenOff(_ text: String, _ report: TransferReport) -> Verdict {
        // With TLS 1.3 the server refuses a client without a certificate after the handshake (RFC 8446
        // section 4.4.2.4), when the client already reads the answer.
        if text.contains("alert") { return tls(TLSText.handshake(text)) }
        if report.proxyResponseCode >= 300 { return .failure(.proxy("it answers HTTP \(report.proxyResponseCode)")) }
        if report.phase == .connecting, text.contains("CONNECT") { return .failure(.proxy(text)) }
        if text.contains("unexpected eof") { return .failure(.truncated(received: report.received)) }
        return .failure(.connectionReset(received: report.received))
    }

    private static func noConnection(_ text: String, _ report: TransferReport, _ leg: Leg) -> DownloadError.Reason {
        let words = report.systemError == 0 ? text : SystemErrorText.text(report.systemError)
        if leg.proxy != nil { return .proxy("no connection to it: \(words)") }
        let server = leg.url.server
        switch report.systemError {
        case ECONNREFUSED: return .connectionRefused(server: server)
        case EADDRNOTAVAIL, ENODEV: return .localBinding(words)
        case 0 where leg.localBinding != nil: return .localBinding(text)
        default: return .unreachable(server: server, words)
        }
    }
}

/// Newer versions of libcurl have code 100 for headers that are too large; 7.88 does not name it.
private let curlTooLarge = CURLcode(rawValue: 100)
