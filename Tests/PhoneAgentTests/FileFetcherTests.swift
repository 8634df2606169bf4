import Provisioning
import Testing

@testable import PhoneAgent

/// What a failed download is asked about once more.
struct FileFetcherTests {
    @Test(arguments: [
        ("http://h/Config0080F0ABCDEF.cfg", "http://h/Config0080f0abcdef.cfg", "{mac}"),
        ("tftp://h/0080f0abcdef/a.cfg", "tftp://h/0080F0ABCDEF/a.cfg", "{MAC}"),
        ("http://h/0080F0ABCDEF?mac=0080f0abcdef", "http://h/0080f0abcdef?mac=0080f0abcdef", "{mac}"),
        ("http://h/KX-UTG200B.cfg", nil, nil),
    ])
    func `the MAC address in a URL is put into the other case`(url: String, other: String?, macro: String?) throws {
        let mac = try #require(MACAddress("0080F0ABCDEF"))
        let found = FileFetcher.inOtherCase(url, of: mac)
        #expect(found?.url == other && found?.macro == macro)
    }

    @Test func `a MAC address without letters has no other case`() throws {
        let mac = try #require(MACAddress("008023123456"))
        #expect(FileFetcher.inOtherCase("http://h/008023123456.cfg", of: mac) == nil)
    }
}
