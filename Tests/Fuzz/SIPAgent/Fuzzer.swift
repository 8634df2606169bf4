@testable import SIP

/// A sequence of events is given to the user agent of one socket: whatever comes, it keeps to the rules.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSIPAgent(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = input(data, count)
    let records = bytes.split(separator: 0x1E, maxSplits: Session.maximumEvents)
    guard let settings = records.first?.first else { return 0 }
    var session = Session.beginnings[Int(settings & 3)]
    for record in records.dropFirst().prefix(Session.maximumEvents) { session.perform(record) }
    return 0
}
