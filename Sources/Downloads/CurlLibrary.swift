import CCurl
import Glibc

/// The libcurl of this host.
enum CurlLibrary {
    /// 7.87.0 brought CURLOPT_QUICK_EXIT, the newest thing that is used here.
    private static let oldestVersion: UInt32 = 0x07_57_00

    /// libcurl wants this once for the process, before everything else. A `static let` is made once.
    private static let initialization: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    static func check() throws(DownloadEngineError) {
        guard initialization == CURLE_OK else { throw .unsuitableLibrary("it does not start") }
        guard let info = curl_version_info(CURLVERSION_FIRST) else { throw .unsuitableLibrary("it has no version") }
        guard info.pointee.version_num >= oldestVersion else {
            throw .unsuitableLibrary("it is version \(info.pointee.version.map { String(cString: $0) } ?? "unknown")")
        }
        guard info.pointee.features & CURL_VERSION_SSL != 0 else { throw .unsuitableLibrary("it has no TLS") }
        guard info.pointee.features & CURL_VERSION_ASYNCHDNS != 0 else {
            throw .unsuitableLibrary("it blocks during name lookups")
        }
    }

    /// The host's clock, which judges dates in headers and certificates.
    static var secondsSince1970: Int { time(nil) }
}
