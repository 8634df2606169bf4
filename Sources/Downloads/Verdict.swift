import CCurl

/// What the report of a leg means.
enum Verdict {
    /// The download is done.
    case outcome(Download.Outcome, HTTPDetails?)
    /// The server redirects to this absolute URL.
    case redirect(String, HTTPDetails)
    /// The server's certificates were not accepted; a look at them may tell which.
    case certificateRefused(TLSFailure.Kind)
    /// It failed.
    case failure(DownloadError.Reason)

    init(_ report: TransferReport, leg: Leg, now: Int) {
        // A status other than success has said all there is to say, even if the page with it was cut short.
        if leg.url.scheme.isHTTP, report.headers.isComplete, report.endedInBody,
            let status = report.headers.status, !(200..<300).contains(status) || status == 206
        {
            self = Self.status(status, report, leg, now)
            return
        }
        switch report.ending {
        case .curl(CURLE_OK, _):
            if let encoding = report.headers.contentEncoding, !report.body.isEmpty {
                self = .failure(.contentEncoded(SafeText.line(encoding)))
            } else {
                self = .outcome(.content(report.body), leg.url.scheme.isHTTP ? HTTPDetails(report, now: now) : nil)
            }
        case .curl(let code, let text):
            self = .curl(code, SafeText.line(text), report, leg)
        case .firstByteTimeout: self = .failure(.firstByteTimeout(after: leg.timeouts.firstByte))
        case .idleTimeout: self = .failure(.idleTimeout(after: leg.timeouts.idle, received: report.received))
        case .bodyTooLarge: self = .failure(.tooLarge(limit: leg.maximumBytes))
        case .headersTooLarge: self = .failure(.headersTooLarge(limit: ResponseHeaders.maximumBytes))
        case .contentEncoded:
            self = .failure(.contentEncoded(SafeText.line(report.headers.contentEncoding ?? "")))
        case .overloaded(let limit): self = .failure(.overloaded(limit: limit))
        case .noLane(let error): self = .failure(.other(code: 0, error.description))
        case .cancelled: self = .failure(.cancelled)
        }
    }

    private static func status(_ status: Int, _ report: TransferReport, _ leg: Leg, _ now: Int) -> Verdict {
        let http = HTTPDetails(report, now: now)
        switch status {
        case 304:
            return leg.validators.isEmpty ? .failure(.unexpectedNotModified) : .outcome(.notModified, http)
        case 300..<400:
            if let location = report.headers.location, !location.isEmpty {
                return .redirect(leg.url.resolving(location), http)
            }
        case 401:
            let offered = HTTPScheme.allCases.filter { report.offeredAuthentication & $0.rawValue != 0 }
            let allowed: [HTTPScheme] = leg.authentication == .any ? [.basic, .digest] : [.basic]
            return .failure(
                .unauthorized(
                    .init(
                        offered: offered.map(\.name),
                        hadCredentials: leg.credentials != nil,
                        schemeAllowed: offered.contains { allowed.contains($0) },
                        namesScheme: report.headers.hasChallenge
                    )
                )
            )
        case 407:
            return .failure(.proxy("it wants credentials (HTTP 407)"))
        default: break
        }
        return .failure(.httpStatus(status, retryAfter: http.retryAfter))
    }
}

extension TransferReport {
    /// Whether it ended while or after the body came, so that the headers are those of this response.
    fileprivate var endedInBody: Bool {
        switch ending {
        case .curl(let code, _):
            [
                CURLE_OK, CURLE_PARTIAL_FILE, CURLE_WRITE_ERROR, CURLE_OPERATION_TIMEDOUT, CURLE_RECV_ERROR,
                CURLE_FILESIZE_EXCEEDED, CURLE_BAD_CONTENT_ENCODING, CURLE_ABORTED_BY_CALLBACK,
            ].contains(code) && phase == .receiving
        case .idleTimeout, .bodyTooLarge, .contentEncoded: true
        case .firstByteTimeout, .headersTooLarge, .overloaded, .noLane, .cancelled: false
        }
    }
}

extension HTTPDetails {
    init(_ report: TransferReport, now: Int) {
        self.init(
            status: report.headers.status ?? report.responseCode,
            version: report.httpVersion == Int(CURL_HTTP_VERSION_1_0) ? "1.0" : "1.1",
            etag: report.headers.etag,
            lastModified: report.headers.lastModified,
            contentType: report.headers.contentType,
            retryAfter: report.headers.retryAfter.flatMap { RetryAfter.parse($0, now: now) }
        )
    }
}
