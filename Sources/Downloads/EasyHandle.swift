import CCurl

/// A `CURL *`: sets options, reads information, and frees itself. It stays on the thread that made it.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let errorText: UnsafeMutablePointer<CChar>

    /// The code of the first option that could not be set; later options are not tried.
    private(set) var failure: CURLcode = CURLE_OK
    private var failureText = ""

    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        attempt(ccurl_easy_setopt_pointer(pointer, CURLOPT_ERRORBUFFER, errorText))
    }

    /// Makes it as it was at first. It must be in no multi handle.
    func reset() {
        curl_easy_reset(pointer)
        freeLists()
        errorText[0] = 0
        failure = CURLE_OK
        failureText = ""
        attempt(ccurl_easy_setopt_pointer(pointer, CURLOPT_ERRORBUFFER, errorText))
    }

    deinit {
        curl_easy_cleanup(pointer)
        freeLists()
        errorText.deallocate()
    }

    private func freeLists() {
        for list in lists { curl_slist_free_all(list) }
        lists = []
    }

    /// libcurl's words for what went wrong last.
    var error: String {
        let text = String(cString: errorText)
        return text.isEmpty ? failureText : text
    }

    func set(_ option: CURLoption, _ value: Int) {
        attempt(ccurl_easy_setopt_long(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: Bool) {
        set(option, value ? 1 : 0)
    }

    func set(_ option: CURLoption, _ value: String?) {
        attempt(ccurl_easy_setopt_string(pointer, option, value))
    }

    func set(_ option: CURLoption, offset value: Int) {
        attempt(ccurl_easy_setopt_offset(pointer, option, curl_off_t(value)))
    }

    func set(_ option: CURLoption, context value: UnsafeMutableRawPointer) {
        attempt(ccurl_easy_setopt_pointer(pointer, option, value))
    }

    func set(_ option: CURLoption, data callback: @escaping ccurl_data_callback) {
        attempt(ccurl_easy_setopt_data_callback(pointer, option, callback))
    }

    /// A block of bytes, which libcurl copies.
    func set(_ option: CURLoption, blob bytes: [UInt8]) {
        var bytes = bytes
        bytes.withUnsafeMutableBytes { buffer in
            var blob = curl_blob(data: buffer.baseAddress, len: buffer.count, flags: UInt32(CURL_BLOB_COPY))
            attempt(ccurl_easy_setopt_blob(pointer, option, &blob))
        }
    }

    /// A list of header lines, which lives as long as the handle.
    func set(_ option: CURLoption, lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                attempt(CURLE_OUT_OF_MEMORY)
                break
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        attempt(ccurl_easy_setopt_list(pointer, option, list))
    }

    /// Notes that an option cannot be set, and why.
    func fail(_ code: CURLcode, _ text: String) {
        guard failure == CURLE_OK else { return }
        failure = code
        failureText = text
    }

    func attempt(_ code: @autoclosure () -> CURLcode) {
        if failure == CURLE_OK { failure = code() }
    }

    /// A number, 0 when libcurl has none.
    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return ccurl_easy_getinfo_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    /// A time that libcurl gives in microseconds.
    func time(_ info: CURLINFO) -> Duration {
        var value: curl_off_t = 0
        return ccurl_easy_getinfo_offset(pointer, info, &value) == CURLE_OK ? .microseconds(value) : .zero
    }

    func text(_ info: CURLINFO) -> String? {
        var value: UnsafePointer<CChar>?
        guard ccurl_easy_getinfo_string(pointer, info, &value) == CURLE_OK, let value else { return nil }
        return String(cString: value)
    }
}
