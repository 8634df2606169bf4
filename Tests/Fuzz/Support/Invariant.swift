/// Ends the run when what must always hold does not; libFuzzer then keeps the input that led to it.
@inline(__always)
func invariant(_ holds: Bool, _ message: @autoclosure () -> String) {
    if !holds { fatalError("broken invariant: \(message())") }
}

/// The bytes that libFuzzer hands over, which belong to it.
func input(_ data: UnsafePointer<UInt8>, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data, count: count))
}

extension String {
    /// Whether a log can print it as one line: no control character and no line separator.
    var isOneLine: Bool {
        var before: (UInt8, UInt8) = (0, 0)
        for byte in utf8 {
            if byte < 0x20 || byte == 0x7F { return false }
            // U+0080 to U+009F, which a terminal obeys as well.
            if before.1 == 0xC2, byte < 0xA0 { return false }
            if before == (0xE2, 0x80), byte == 0xA8 || byte == 0xA9 { return false }
            before = (before.1, byte)
        }
        return true
    }
}
