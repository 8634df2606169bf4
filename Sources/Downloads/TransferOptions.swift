import CCurl

extension Transfer {
    /// Gives libcurl everything that it needs for this leg, and forbids what a phone does not do.
    func configure() {
        setAddress()
        setLimits()
        setCallbacks()
        switch leg.url.scheme {
        case .http: setHTTP()
        case .https:
            setHTTP()
            setTLS()
        case .ftp: setFTP()
        // A request that is sent twice has two answers. To libcurl a second OACK (RFC 2347) is the beginning of the
        // transfer, whatever it has received; the second first block of a transfer without options does no harm.
        case .tftp: easy.set(CURLOPT_TFTP_NO_OPTIONS, true)
        }
        if leg.purpose == .inspectCertificates { setInspection() }
    }

    private func setAddress() {
        easy.set(CURLOPT_URL, leg.url.bare)
        easy.set(CURLOPT_PROTOCOLS_STR, leg.url.scheme.rawValue)
        if let credentials = leg.credentials {
            easy.set(CURLOPT_USERNAME, credentials.user)
            easy.set(CURLOPT_PASSWORD, credentials.password)
        }
        if let proxy = leg.proxy {
            easy.set(CURLOPT_PROXY, proxy.host.contains(":") ? "[\(proxy.host)]" : proxy.host)
            easy.set(CURLOPT_PROXYPORT, Int(proxy.port))
            easy.set(CURLOPT_PROXYTYPE, Int(CURLPROXY_HTTP.rawValue))
            easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        } else {
            // An empty text also keeps libcurl from looking at the environment.
            easy.set(CURLOPT_PROXY, "")
        }
        easy.set(CURLOPT_NOPROXY, "")
        switch leg.localBinding {
        case .interface(let name): easy.set(CURLOPT_INTERFACE, "if!\(name)")
        case .address(let address): easy.set(CURLOPT_INTERFACE, "host!\(address)")
        case nil: break
        }
    }

    private func setLimits() {
        easy.set(CURLOPT_NOSIGNAL, true)
        // Without it libcurl waits for a name lookup that nobody needs any more, and all others with it.
        easy.set(CURLOPT_QUICK_EXIT, true)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, leg.timeouts.connect.milliseconds)
        easy.set(CURLOPT_TIMEOUT_MS, leg.timeouts.total.milliseconds)
        // Refuses what announces itself as too large; what does not is counted as it comes.
        easy.set(CURLOPT_MAXFILESIZE_LARGE, offset: leg.maximumBytes)
    }

    private func setCallbacks() {
        // The lane keeps the transfer as long as libcurl has its handle.
        let context = Unmanaged.passUnretained(self).toOpaque()
        easy.set(CURLOPT_WRITEDATA, context: context)
        easy.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let context, let bytes else { return 0 }
            let length = size * count
            let accepted = bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
                Transfer.from(context).receive(body: UnsafeBufferPointer(start: $0, count: length))
            }
            return accepted ? length : 0
        }
        easy.set(CURLOPT_HEADERDATA, context: context)
        easy.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let context, let bytes else { return 0 }
            let length = size * count
            let accepted = bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
                Transfer.from(context).receive(headerLine: UnsafeBufferPointer(start: $0, count: length))
            }
            return accepted ? length : 0
        }
        easy.set(CURLOPT_PREREQDATA, context: context)
        easy.attempt(
            ccurl_easy_setopt_prerequest(easy.pointer) { context, _, _, _, _ in
                guard let context else { return CURL_PREREQFUNC_ABORT }
                Transfer.from(context).connectionIsReady()
                return CURL_PREREQFUNC_OK
            }
        )
    }

    private func setHTTP() {
        easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        easy.set(CURLOPT_FOLLOWLOCATION, false)
        if let userAgent = leg.userAgent { easy.set(CURLOPT_USERAGENT, userAgent) }
        var lines: [String] = []
        if let etag = leg.validators.etag { lines.append("If-None-Match: \(etag)") }
        if let date = leg.validators.lastModified { lines.append("If-Modified-Since: \(date)") }
        easy.set(CURLOPT_HTTPHEADER, lines: lines)
        guard leg.credentials != nil else { return }
        switch leg.authentication {
        case .any: easy.set(CURLOPT_HTTPAUTH, HTTPScheme.basic.rawValue | HTTPScheme.digest.rawValue)
        // The second bit keeps libcurl from sending Basic credentials to a server that has not asked.
        case .basic: easy.set(CURLOPT_HTTPAUTH, HTTPScheme.basic.rawValue | HTTPScheme.onlyWhenAsked)
        }
        easy.set(CURLOPT_NOPROGRESS, false)
        easy.set(CURLOPT_XFERINFODATA, context: Unmanaged.passUnretained(self).toOpaque())
        easy.attempt(
            ccurl_easy_setopt_progress(easy.pointer) { context, _, downloaded, _, _ in
                guard let context else { return 1 }
                return Transfer.from(context).progress(downloaded: Int(downloaded)) ? 0 : 1
            }
        )
    }

    private func setTLS() {
        easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        easy.set(CURLOPT_SSL_VERIFYPEER, true)
        easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        // A resumed session would skip the look at the certificates; kept connections are what saves time.
        easy.set(CURLOPT_SSL_SESSIONID_CACHE, false)
        // libcurl keeps the roots of a file in memory, but only when there is no folder beside it.
        easy.set(CURLOPT_CAPATH, nil)
        switch leg.roots {
        case .system(let system): easy.set(CURLOPT_CAINFO, system.file)
        case .systemAnd(let system, let pem):
            easy.set(CURLOPT_CAINFO, nil)
            do throws(RootCertificates.Problem) {
                if let folder = system.folder {
                    // OpenSSL takes a folder that is not there for an empty one.
                    try RootCertificates.checkFolder(folder)
                    easy.set(CURLOPT_CAPATH, folder)
                    easy.set(CURLOPT_CAINFO_BLOB, blob: pem)
                } else {
                    easy.set(CURLOPT_CAINFO_BLOB, blob: try RootCertificates.readSystemFile(system.file) + [0x0A] + pem)
                }
            } catch {
                easy.fail(CURLE_SSL_CACERT_BADFILE, error.text)
            }
        case .only(let pem):
            easy.set(CURLOPT_CAINFO, nil)
            if !pem.isEmpty { easy.set(CURLOPT_CAINFO_BLOB, blob: pem) }
        }
    }

    private func setFTP() {
        // Bounds libcurl's wait for the server's last word, during which it does nothing else.
        easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, (leg.timeouts.idle.milliseconds + 999) / 1000))
    }

    private func setInspection() {
        easy.set(CURLOPT_CONNECT_ONLY, true)
        easy.set(CURLOPT_CERTINFO, true)
        easy.set(CURLOPT_SSL_VERIFYPEER, false)
        easy.set(CURLOPT_SSL_VERIFYHOST, 0)
        easy.set(CURLOPT_FRESH_CONNECT, true)
        easy.set(CURLOPT_FORBID_REUSE, true)
    }

    /// The transfer behind a context pointer that libcurl hands back.
    static func from(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }
}

/// The bits of CURLOPT_HTTPAUTH and CURLINFO_HTTPAUTH_AVAIL; Swift does not import these macros.
enum HTTPScheme: Int, CaseIterable {
    case basic = 1
    case digest = 2
    case negotiate = 4
    case ntlm = 8

    /// CURLAUTH_ONLY.
    static let onlyWhenAsked = 1 << 31

    var name: String {
        switch self {
        case .basic: "Basic"
        case .digest: "Digest"
        case .negotiate: "Negotiate"
        case .ntlm: "NTLM"
        }
    }
}
