/// Writes the first inputs of the URL fuzzer: the forms of provisioning URLs and of paths that the guide and servers in
/// use have.
@main
enum URLSeeds {
    /// Argument: the folder of the fuzzer.
    static func main() throws {
        var folder = SeedFolder(CommandLine.arguments[1])
        for url in urls {
            for path in paths { try folder.add("\(url)\n\(path)".utf8) }
        }
    }

    private static let urls = [
        "http://h", "http://h/pana/", "https://id:pass@prov.example.com:8080/dir/{MAC}.cfg",
        "ftp://[2001:db8::1]:2121/a.cfg", "10.0.0.2/dir/{mac}", "prov.example.com:8080", "HTTP://h/{Mac}.cfg",
        "http://h/provision?mac={mac}#x", "http://{mac}.h.example.com/{MODEL}-{fwver}.cfg", " tftp://192.0.2.1/a.cfg\r",
    ]
    private static let paths = [
        "", "Config{MAC}.cfg", "/a.cfg", "https://other.example.com/b", "h/c", "?a=b",
    ]
}
