/// What dhclient 4.4.3-P1 handed to the exit hook of this project, recorded with dnsmasq 2.90 as the server in two
/// network namespaces; variables that phoneprovd does not read are left out but for a few.
enum Recorded {
    /// Server: option 160 `http://198.51.100.1/p/{MODEL}.cfg?a=1&b=2`, option 159 with each character that dhclient
    /// escapes and quotes around it, option 66 an address.
    static let bound: [String: String] = [
        "reason": "BOUND", "interface": "vphone", "pid": "16325",
        "PATH": "/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin", "requested_phone_prov_160": "1",
        "new_dhcp_lease_time": "120", "new_dhcp_server_identifier": "198.51.100.1", "new_domain_name": "example.net",
        "new_expiry": "1795256680", "new_ip_address": "198.51.100.63",
        "new_phone_prov_159": #"\"http://q.example.net/a\'b\$c\`d\|e\\f\""#,
        "new_phone_prov_160": #"http://198.51.100.1/p/{MODEL}.cfg?a=1\&b=2"#,
        "new_tftp_server_name": "198.51.100.1",
    ]

    /// Server: option 160 changed, option 159 no more sent, option 66 `c6:33:64:07` (which dnsmasq sends as that text).
    static let renewed: [String: String] = [
        "reason": "RENEW", "interface": "vphone", "pid": "16325",
        "new_dhcp_lease_time": "120", "new_dhcp_server_identifier": "198.51.100.1", "new_domain_name": "example.net",
        "new_expiry": "1795256684", "new_ip_address": "198.51.100.63",
        "new_phone_prov_160": "https://new.example.net/", "new_tftp_server_name": "c6:33:64:07",
        "old_dhcp_lease_time": "120", "old_dhcp_server_identifier": "198.51.100.1", "old_domain_name": "example.net",
        "old_expiry": "1795256680", "old_ip_address": "198.51.100.63",
        "old_phone_prov_159": #"\"http://q.example.net/a\'b\$c\`d\|e\\f\""#,
        "old_phone_prov_160": #"http://198.51.100.1/p/{MODEL}.cfg?a=1\&b=2"#,
        "old_tftp_server_name": "198.51.100.1",
    ]

    /// Server: option 160 with a newline, option 159 `http://y/` and two NULs, which do not arrive.
    static let renewedWithNewline: [String: String] = [
        "reason": "RENEW", "interface": "vphone",
        "new_expiry": "1795256688", "new_ip_address": "198.51.100.63",
        "new_phone_prov_159": "http://y/", "new_phone_prov_160": #"http://x/\012EVIL=1"#,
        "old_phone_prov_160": "https://new.example.net/",
    ]

    /// `dhclient -r`: the old values are those of the lease file, not of the last renewal.
    static let released: [String: String] = [
        "reason": "RELEASE", "interface": "vphone",
        "old_dhcp_lease_time": "120", "old_expiry": "1795256569", "old_ip_address": "198.51.100.63",
        "old_phone_prov_159": #"\"http://q.example.net/a\'b\$c\`d\|e\\f\""#,
        "old_phone_prov_160": #"http://198.51.100.1/p/{MODEL}.cfg?a=1\&b=2"#,
        "old_tftp_server_name": "198.51.100.1",
    ]

    /// Server: option 160 the four bytes of an address, option 159 with a byte outside ASCII, a NUL within and one at
    /// the end.
    static let binary: [String: String] = [
        "reason": "BOUND", "interface": "vphone",
        "new_phone_prov_159": #"http://\303\251/\000A"#, "new_phone_prov_160": #"\3063d\007"#,
        "new_tftp_server_name": "http://h.example.net/",
    ]

    /// `dhclient -6`; server: option 17 with enterprise number 258 and sub-option 1.
    static let bound6: [String: String] = [
        "reason": "BOUND6", "interface": "vphone",
        "new_dhcp6_server_id": "0:1:0:1:32:94:2e:60:96:94:8:38:84:32",
        "new_dhcp6_vendor_opts": "0:0:1:2:0:1:0:20:68:74:74:70:3a:2f:2f:5b:32:30:30:31:3a:64:62:38:3a:3a:31:5d:2f:7b:"
            + "4d:4f:44:45:4c:7d:2e:63:66:67",
        "new_ip6_address": "2001:db8::61", "new_ip6_prefixlen": "128",
        "new_life_starts": "1795257647", "new_max_life": "120", "new_preferred_life": "120",
    ]
}
