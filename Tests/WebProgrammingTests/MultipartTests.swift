@testable import WebProgramming
import Testing

@Suite("Forms that carry a file")
struct MultipartTests {
    private static func body(_ text: String) -> [UInt8] { Array(text.replacing("\n", with: "\r\n").utf8) }

    @Test("are taken apart, whatever the file holds")
    func reads() throws {
        let text = """
            --x
            Content-Disposition: form-data; name="csrf"

            abc
            --x
            Content-Disposition: form-data; name="archive"; filename="a.tar"
            Content-Type: application/x-tar

            first
            -xy is not the end
            last
            --x--

            """
        let form = try #require(MultipartForm(Self.body(text), boundary: "x"))
        #expect(form.text("csrf") == "abc")
        #expect(form.bytes("archive") == Self.body("first\n-xy is not the end\nlast"))
        #expect(form.bytes("other") == nil)
    }

    @Test(
        "are refused whole when a part of them is missing",
        arguments: [
            "", "--x", "--x\n", "--x\nContent-Disposition: form-data; name=\"a\"\n\nvalue",
            "--x\nContent-Disposition: form-data; name=\"a\"\n\nvalue\n--x",
            "--x\nContent-Type: text/plain\n\nvalue\n--x--", "text before\n--x--",
            "--x\nContent-Disposition: form-data; name=\"a\"\n\n1\n--x\nContent-Disposition: form-data; name=\"a\"\n\n2\n--x--",
        ]
    )
    func refuses(text: String) { #expect(MultipartForm(Self.body(text), boundary: "x") == nil) }

    @Test("name their boundary")
    func boundary() {
        #expect(MultipartForm.boundary(ofContentType: "multipart/form-data; boundary=----W1") == "----W1")
        #expect(MultipartForm.boundary(ofContentType: "multipart/form-data; boundary=\"a b\"") == nil)
        #expect(MultipartForm.boundary(ofContentType: "multipart/form-data") == nil)
        #expect(MultipartForm.boundary(ofContentType: "text/plain; boundary=x") == nil)
        #expect(
            MultipartForm.boundary(ofContentType: "multipart/form-data; boundary=" + String(repeating: "a", count: 71))
                == nil
        )
    }
}
