import Testing

@testable import Downloads

@Suite("The queue")
struct FairQueueTests {
    @Test("gives servers turns and keeps to the places")
    func turns() {
        let queue = FairQueue<String>(places: 3, placesPerServer: 2)
        for (id, name) in ["a1", "a2", "a3", "b1", "b2"].enumerated() {
            queue.append(name, id: UInt64(id), server: String(name.prefix(1)))
        }
        #expect(queue.next()?.element == "a1")
        #expect(queue.next()?.element == "b1")
        #expect(queue.next()?.element == "a2")
        #expect(queue.next() == nil)
        queue.finished(server: "b")
        #expect(queue.next()?.element == "b2")
        queue.finished(server: "b")
        // The place is free, but server a has its two.
        #expect(queue.next() == nil)
        queue.finished(server: "a")
        #expect(queue.next()?.element == "a3")
        #expect(queue.next() == nil)
    }

    @Test("lets go of what is taken out")
    func remove() {
        let queue = FairQueue<Int>(places: 1, placesPerServer: 1)
        for id in 0..<5 { queue.append(id, id: UInt64(id), server: "a") }
        #expect(queue.remove(id: 1) == 1)
        #expect(queue.remove(id: 1) == nil)
        #expect(queue.next()?.element == 0)
        #expect(queue.remove(id: 0) == nil)
        queue.finished(server: "a")
        #expect(queue.next()?.element == 2)
        #expect(queue.removeAll() == [3, 4])
        queue.finished(server: "a")
        #expect(queue.next() == nil)
        queue.append(9, id: 9, server: "a")
        #expect(queue.next()?.element == 9)
    }

    @Test("starts everything exactly once, whatever the order of events", arguments: 0..<20)
    func everything(seed: UInt64) {
        var random = Generator(state: seed &+ 1)
        let queue = FairQueue<UInt64>(places: 5, placesPerServer: 2)
        var waiting: Set<UInt64> = []
        var running: [(id: UInt64, server: String)] = []
        var servers: [UInt64: String] = [:]
        for id in 0..<2000 as Range<UInt64> {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let server = String(Int.random(in: 0..<4, using: &random))
                servers[id] = server
                queue.append(id, id: id, server: server)
                waiting.insert(id)
            case 5..<8:
                if let index = running.indices.randomElement(using: &random) {
                    queue.finished(server: running.remove(at: index).server)
                }
            default:
                if let victim = waiting.randomElement(using: &random) {
                    #expect(queue.remove(id: victim) == victim)
                    waiting.remove(victim)
                }
            }
            while true {
                let mayHaveOne = queue.hasNext
                guard let (started, element) = queue.next() else { break }
                #expect(mayHaveOne)
                #expect(started == element && waiting.remove(started) != nil)
                running.append((started, servers[started] ?? ""))
            }
            #expect(!queue.hasNext)
            let perServer = Dictionary(grouping: running, by: \.server).mapValues(\.count)
            #expect(running.count <= 5 && perServer.values.allSatisfy { $0 <= 2 })
            let canStart = waiting.contains { (perServer[servers[$0] ?? ""] ?? 0) < 2 }
            #expect(!canStart || running.count == 5)
        }
    }

    /// SplitMix64, so that a failing run can be had again.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
