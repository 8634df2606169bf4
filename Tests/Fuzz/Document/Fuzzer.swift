import CXML2
import ConfigurationFile

/// A configuration file is read: an accepted document tells true places, and the writer can write it anew.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDocument(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = input(data, count)
    // Each of the four kinds of file in turn, without a byte of the input for it.
    let role = ConfigurationRole.allCases[count % ConfigurationRole.allCases.count]
    let places = Places(bytes)
    _ = watchLibrary
    do throws(ConfigurationFileError) {
        let document = try ConfigurationFile.read(bytes, as: role)
        DocumentJudge(document: document).check(places)
    } catch {
        invariant(error.description.isOneLine, "error of several lines: \(error)")
        if let position = error.position { places.check(position, "error") }
    }
    return 0
}

/// What libxml2 reports outside the parser's own handler would go to stderr, with text of the document.
private let watchLibrary: Void = xmlSetStructuredErrorFunc(nil) { _, error in
    let message = error?.pointee.message.map { String(cString: $0) } ?? ""
    invariant(false, "libxml2 reports beside the parser: \(message)")
}
