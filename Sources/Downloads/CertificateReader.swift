import Glibc

/// Reads certificates with the OpenSSL that is in the process because libcurl is linked with it; nothing is linked for
/// this. Every signature is that of the function's manual page.
enum CertificateReader {
    private typealias NewBuffer = @convention(c) (UnsafeRawPointer, Int32) -> OpaquePointer?
    private typealias ReadCertificate =
        @convention(c) (
            OpaquePointer, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
        ) -> OpaquePointer?
    private typealias Part = @convention(c) (OpaquePointer) -> OpaquePointer?
    private typealias OneLine =
        @convention(c) (
            OpaquePointer, UnsafeMutablePointer<CChar>?, Int32
        ) -> UnsafeMutablePointer<CChar>?
    private typealias Compare = @convention(c) (OpaquePointer) -> Int32
    private typealias FreeBuffer = @convention(c) (OpaquePointer) -> Int32
    private typealias FreeCertificate = @convention(c) (OpaquePointer) -> Void
    private typealias ClearErrors = @convention(c) () -> Void

    private struct Library: Sendable {
        let newBuffer: NewBuffer
        let read: ReadCertificate
        let subject: Part
        let oneLine: OneLine
        let lastMoment: Part
        let compareWithNow: Compare
        let freeBuffer: FreeBuffer
        let freeCertificate: FreeCertificate
        let clearErrors: ClearErrors

        init?() {
            guard let newBuffer = symbol("BIO_new_mem_buf", NewBuffer.self),
                let read = symbol("PEM_read_bio_X509", ReadCertificate.self),
                let subject = symbol("X509_get_subject_name", Part.self),
                let oneLine = symbol("X509_NAME_oneline", OneLine.self),
                let lastMoment = symbol("X509_get0_notAfter", Part.self),
                let compareWithNow = symbol("X509_cmp_current_time", Compare.self),
                let freeBuffer = symbol("BIO_free", FreeBuffer.self),
                let freeCertificate = symbol("X509_free", FreeCertificate.self),
                let clearErrors = symbol("ERR_clear_error", ClearErrors.self)
            else { return nil }
            self.newBuffer = newBuffer
            self.read = read
            self.subject = subject
            self.oneLine = oneLine
            self.lastMoment = lastMoment
            self.compareWithNow = compareWithNow
            self.freeBuffer = freeBuffer
            self.freeCertificate = freeCertificate
            self.clearErrors = clearErrors
        }
    }

    private static let library = Library()

    private static func symbol<Function>(_ name: String, _ type: Function.Type) -> Function? {
        // Each type above is written after the manual page of its function.
        dlsym(nil, name).map { unsafeBitCast($0, to: type) }
    }

    /// The certificates up to the first that cannot be read; `nil` when there is no OpenSSL in the process.
    static func certificates(inPEM pem: [UInt8]) -> [RootCertificateFile.Certificate]? {
        guard let library else { return nil }
        return pem.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let buffer = library.newBuffer(start, Int32(bytes.count)) else {
                return []
            }
            defer {
                _ = library.freeBuffer(buffer)
                // The end of the text is an error to OpenSSL, which would blame the next connection of this thread.
                library.clearErrors()
            }
            var result: [RootCertificateFile.Certificate] = []
            while let certificate = library.read(buffer, nil, nil, nil) {
                let last = library.lastMoment(certificate)
                result.append(
                    RootCertificateFile.Certificate(
                        subject: subject(of: certificate, library),
                        // Negative: the moment is past (X509_cmp_time(3)).
                        isExpired: last.map { library.compareWithNow($0) < 0 } ?? false
                    )
                )
                library.freeCertificate(certificate)
            }
            return result
        }
    }

    private static func subject(of certificate: OpaquePointer, _ library: Library) -> String {
        guard let name = library.subject(certificate) else { return "" }
        var line = [CChar](repeating: 0, count: SafeText.maximumLength + 1)
        guard library.oneLine(name, &line, Int32(line.count)) != nil else { return "" }
        let text = SafeText.line(SafeText.string(from: line))
        return text.hasPrefix("/") ? String(text.dropFirst()) : text
    }
}
