import CountingAllocator
import Glibc
import SIP

/// How fast a typical NOTIFY is read, and how often memory is asked for: one line of JSON for `benchmarks`.
@main
struct SIPBenchmark {
    /// As Kamailio sends it to the lab's phone, with a proxy's Record-Route beside it.
    private static let notify = [
        "NOTIFY sip:198.51.100.50:5060 SIP/2.0",
        "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK2d47.90a1b6c3000000000000000000000000.0",
        "To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=0f2e4d6c8b1a39570f2e4d6c8b1a3957",
        "From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=a6a1c5f60faecf035a1ae5b6e96e979a-4d0f",
        "CSeq: 10 NOTIFY", "Call-ID: 5d1c99b0c0ffee00c0ffee00c0ffee00c0ffee00", "Max-Forwards: 70",
        "Content-Length: 33", "User-Agent: kamailio (5.6.3 (x86_64/linux))",
        "Event: ua-profile;profile-type=\"device\";vendor=\"Panasonic\";model=\"KX-UTG200B\";version=\"03.131\"",
        "Subscription-State: terminated;reason=timeout", "Contact: <sip:198.51.100.1:5060>",
        "Content-Type: application/url", "", "http://198.51.100.1/KX-UTG200B.cfg",
    ].joined(separator: "\r\n")

    private static let bytes = Array(notify.utf8)

    static func main() throws {
        let parsing = try measure { try SIPMessage.parse(bytes).headers.count }
        let reading = try measure { try read(SIPMessage.parse(bytes)) }
        print(
            """
            {"bytes": \(bytes.count), "parsedPerSecond": \(Int(parsing.perSecond)), \
            "parsedAllocations": \(parsing.allocations), "readPerSecond": \(Int(reading.perSecond)), \
            "readAllocations": \(reading.allocations), "keptFields": \(keptFields)}
            """
        )
    }

    /// The values that ``read(_:)`` keeps: seven texts and a number.
    private static let keptFields = 8

    /// What the phone keeps of a NOTIFY, each copied out of the datagram.
    @inline(never)
    private static func read(_ message: SIPMessage) throws -> Int {
        var size = try message.sequence().number
        func keep(_ text: String?) { size += text?.utf8.count ?? 0 }
        keep(message.value(.callID))
        keep(message.tag(.from))
        keep(message.tag(.to))
        keep(message.value(.userAgent))
        keep(message.subscriptionState)
        keep(try message.event().type)
        keep(String(decoding: message.body, as: UTF8.self))
        return size
    }

    /// The best of some rounds, in processor time of this thread: what other processes do meanwhile does not count.
    private static func measure(_ work: () throws -> Int) throws -> (perSecond: Double, allocations: Double) {
        let (rounds, repetitions) = (7, 200_000)
        var best = Double.infinity
        var sum = 0
        var allocations = 0.0
        for _ in 0..<rounds {
            let before = allocations_of_this_thread()
            let began = processorTime()
            for _ in 0..<repetitions { sum &+= try work() }
            best = min(best, processorTime() - began)
            allocations = Double(allocations_of_this_thread() - before) / Double(repetitions)
        }
        // The sum depends on every result, so that none of them can be left out by the optimiser.
        guard sum > 0 else { throw NothingRead() }
        return (Double(repetitions) / best, (allocations * 100).rounded() / 100)
    }

    private struct NothingRead: Error {}

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
