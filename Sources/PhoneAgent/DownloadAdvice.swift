import Downloads
import Provisioning

/// What to do about a download that failed, by the stable name of its failure.
struct DownloadAdvice {
    let download: TransferFact
    let source: ProvisioningSource

    private var url: String { download.redirects.isEmpty ? download.url : "\(download.url) (redirected)" }
    private var host: String { (try? DownloadURL(download.url).host) ?? download.url }
    /// The last part of the path: what the server must have.
    private var name: String {
        let path = download.url.prefix { $0 != "?" && $0 != "#" }
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        return last.contains(".") ? last : "the file"
    }

    func sentence(for code: String) -> String {
        network(code) ?? transport(code) ?? tls(code) ?? document(code)
            ?? "Step 8 says what is wrong with the \(download.purpose) at \(url): mend that."
    }

    private func network(_ code: String) -> String? {
        switch code {
        case "name-not-resolved", "name-lookup-timeout":
            "Make the name \(host) resolve on this host (getent hosts \(host)), or write the server's address in the URL."
        case "connection-refused":
            "Start the server at \(host), or correct the port: nothing listens where \(url) points to."
        case "unreachable":
            "Mend the route to \(host): ip route get \(host) tells which way the packets go, ping whether they arrive."
        case "connect-timeout":
            "See that \(host) is up and that no firewall between it and the phone drops the connection to its port."
        case "first-byte-timeout":
            download.url.hasPrefix("tftp")
                ? "See that the TFTP server runs on \(host), and that firewalls let through its answers, which come from"
                    + " another port than 69."
                : "See why the server at \(host) takes the request and does not answer: its log, and what it waits for."
        case "idle-timeout", "total-timeout", "truncated", "connection-reset":
            "See why the transfer from \(host) breaks off: the server's log, its worker's time-outs, and the network's MTU."
        case "empty-reply", "bad-reply":
            "Correct the scheme or the port of \(url): what listens there speaks another protocol."
        case "proxy":
            "Correct HTTP_PROXY_SVR_ADDR and HTTP_PROXY_SVR_PORT, or switch the proxy off: phoneprovctl set"
                + " HTTP_ENABLE_PROXY N."
        case "local-binding":
            "Give the phone's interface an address, and see that its name in phoneprovd.yaml is right."
        case "overloaded":
            "Wait: this host has more downloads waiting than it takes; fewer phones at once, or a higher limit."
        case "unsupported-scheme", "bad-url", "bad-request":
            "Correct the URL \(url): it must be http, https, ftp or tftp, with a host."
        default: nil
        }
    }

    private func transport(_ code: String) -> String? {
        switch code {
        case "http-401":
            "Give the phone the user name and password that the server wants: phoneprovctl set \(credentials.id) NAME and"
                + " phoneprovctl set \(credentials.password) -, or write them in the URL (http://NAME:PASSWORD@\(host)/)."
        case "http-403":
            "Allow this phone on the server: it knows phones by MAC address and User-Agent (phoneprovctl get"
                + " HTTP_USER_AGENT), and refuses this one for \(url)."
        case "http-404", "http-410", "ftp-missing", "tftp-not-found":
            "Put \(name) where \(url) asks for it, upper and lower case just so, or correct \(origin)."
        case "http-429":
            "Raise the server's rate limit for this network: all phones behind one address count as one client."
        case "http-304", "http-206":
            "Take the cache before \(host) out of the way: it answers for a request that the phone did not make."
        case "http-503":
            "Look at the load, the request limits and the maintenance switch of the server at \(host): it says that it"
                + " cannot serve now, \(retry)."
        case "http-502", "http-504":
            "See to the server behind \(host): its gateway answers, itself it does not; the phone tries again by itself."
        case let code where code.hasPrefix("http-5"):
            "Read the error log of the server at \(host): it failed while it made \(name)."
        case let code where code.hasPrefix("http-"):
            "Read the access log of the server at \(host): it refuses the request for \(url)."
        case "content-encoded": "Switch compression off for \(url): the phone asks for none and reads none."
        case "too-many-redirects": "Break the loop of redirects that begins at \(url)."
        case "redirect-refused": "Let \(url) redirect to an https URL, or to none."
        case "too-large", "headers-too-large": "Make \(name) smaller: the phone takes 245,760 bytes."
        case "ftp-login": "Write the user name and password of the FTP server in the URL: ftp://NAME:PASSWORD@\(host)/."
        case "tftp-access", "tftp-error":
            "Let everybody read \(name) on the TFTP server (chmod a+r), and look in its log for this phone's request."
        default: nil
        }
    }

    private func tls(_ code: String) -> String? {
        switch code {
        case "tls-expired": "Renew the certificate of \(host), or of the authority in its chain that step 8 names."
        case "tls-not-yet-valid":
            "Set this host's clock (timedatectl): by it the certificate of \(host) is not valid yet."
        case "tls-wrong-host": "Use the name that the certificate has in the URL, or let it be made out to \(host)."
        case "tls-unknown-issuer":
            "Let \(host) send its whole chain (fullchain.pem), or give the phone the root by"
                + " CFG_ROOT_CERTIFICATE_PATH1 in an initial file fetched without TLS."
        case "tls-self-signed":
            "Give the phone the certificate of \(host) by CFG_ROOT_CERTIFICATE_PATH1 in an initial file fetched without"
                + " TLS, or have it signed by an authority that this host trusts."
        case "tls-too-weak": "Give \(host) a certificate with RSA 2048 bits or more, signed with SHA-256."
        case "tls-protocol-version": "Switch TLS 1.2 or 1.3 on at \(host): nothing older is spoken."
        case "tls-not-tls": "Use http in the URL, or the port on which \(host) speaks TLS."
        case "tls-client-certificate-required": "Let \(host) ask phones for no client certificate."
        case let code where code.hasPrefix("tls-"):
            "Read the log of \(host): the TLS handshake with it does not end well."
        case "bad-root", "no-certificate":
            "Put a certificate in PEM or DER where CFG_ROOT_CERTIFICATE_PATH1 to 3 point to."
        case "system-roots-unreadable": "Install the package ca-certificates on this host."
        default: nil
        }
    }

    private func document(_ code: String) -> String? {
        switch code {
        case "empty-file":
            "See why \(url) is empty: often a template that failed to be filled in for this MAC address."
        case "not-well-formed", "wrong-root", "too-deep", "document-type", "not-xml":
            "Correct \(name) at the line that step 8 names; phoneprovctl check FILE tells the same without a phone."
        case "html-page":
            "Open \(url) in a browser: the server answers with a page for people, often a sign-in or an error page with"
                + " status 200."
        case "access-denied":
            "Allow this phone on the server, or correct the password in its URL: it answers “access denied” with status"
                + " 200."
        case "foreign-dialect": "Serve the XML file of the UTG series to this phone: this one is for another series."
        case "content-before-declaration":
            "Let \(url) begin with <?xml: something is written before it, often a blank line or a warning of a script."
        case "encrypted-without-key":
            "Give the phone its key first: CFG_FILE_KEY in a plain standard file, or phoneprovctl set CFG_FILE_KEY -."
        case "wrong-key", "bad-base64", "truncated-encryption":
            "Encrypt \(name) with this phone's CFG_FILE_KEY and CFG_FILE_KEY_LENGTH (openssl enc -aes-128-cbc -a -salt)."
        default: nil
        }
    }

    /// What the server said of when, and what the phone makes of it (RFC 9110 section 15.6.4).
    private var retry: String {
        guard let seconds = download.retryAfterSeconds else {
            return "without a Retry-After that can be read, so the phone keeps to CFG_RTRY_INTVL"
        }
        return "and to come back in \(seconds) s (Retry-After), which the phone heeds: step 9 says how"
    }

    /// Whose credentials the phone sends: those of step 2 go with its URL only.
    private var credentials: (id: String, password: String) {
        source == .manual || source == .stored
            ? ("USR_PROV_SVR_AUTH_ID", "USR_PROV_SVR_AUTH_PASSWORD") : ("HTTP_AUTH_ID", "HTTP_AUTH_PASSWORD")
    }

    /// Where the URL comes from, in words.
    private var origin: String {
        guard download.purpose == DownloadPurpose.initial.name else { return "its path in the initial file" }
        return switch source {
        case .manual, .stored: "USR_PROV_SVR_URL"
        case .sipPnP: "the URL that the SIP PnP server sends"
        case .dhcp160: "DHCP option 160"
        case .dhcp159: "DHCP option 159"
        case .dhcp66: "DHCP option 66"
        case .dhcpv6: "DHCPv6 option 17"
        case .redirection: "the URL that the redirection server gives"
        case .none: "the URL"
        }
    }
}
