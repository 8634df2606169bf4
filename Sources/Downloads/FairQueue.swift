/// Elements that wait for a free place, by server: each server has so many places, all together have so many,
/// and servers take turns. So a server that answers slowly keeps only its own downloads waiting.
final class FairQueue<Element> {
    /// The number of elements that may run at once.
    let places: Int
    /// The number of them that may be with one server.
    let placesPerServer: Int

    /// What waits for one server. A class: a turn leads to it without a look-up by the server's name.
    private final class Line {
        let server: String
        private var waiting: [(id: UInt64, element: Element)] = []
        private var head = 0
        var running = 0
        var hasTurn = false

        init(server: String) {
            self.server = server
        }

        var isWaiting: Bool { head < waiting.count }

        func append(_ element: Element, id: UInt64) {
            waiting.append((id, element))
        }

        func popFirst() -> (id: UInt64, element: Element) {
            let first = waiting[head]
            head += 1
            if head == waiting.count {
                waiting.removeAll(keepingCapacity: waiting.capacity <= 64)
                head = 0
            } else if head >= 64, head * 2 >= waiting.count {
                // Moving the rest forward now and then keeps the memory small and the cost of each step constant.
                waiting.removeFirst(head)
                head = 0
            }
            return first
        }

        func remove(id: UInt64) -> Element? {
            guard let index = waiting[head...].firstIndex(where: { $0.id == id }) else { return nil }
            return waiting.remove(at: index).element
        }

        func removeAll() -> [Element] {
            defer {
                waiting = []
                head = 0
            }
            return waiting[head...].map(\.element)
        }
    }

    private var lines: [String: Line] = [:]
    private var lineOf: [UInt64: Line] = [:]
    private var turns: [Line] = []
    private var firstTurn = 0
    private(set) var running = 0

    init(places: Int, placesPerServer: Int) {
        self.places = places
        self.placesPerServer = placesPerServer
    }

    func append(_ element: Element, id: UInt64, server: String) {
        let line = line(of: server)
        line.append(element, id: id)
        lineOf[id] = line
        takeTurn(line)
    }

    /// The next element that may start; it holds a place until ``finished(server:)``.
    func next() -> (id: UInt64, element: Element)? {
        while hasNext {
            let line = turns[firstTurn]
            firstTurn += 1
            if firstTurn == turns.count || (firstTurn >= 64 && firstTurn * 2 >= turns.count) {
                turns.removeFirst(firstTurn)
                firstTurn = 0
            }
            line.hasTurn = false
            guard line.isWaiting, line.running < placesPerServer else {
                dropIfUnused(line)
                continue
            }
            line.running += 1
            running += 1
            let first = line.popFirst()
            lineOf[first.id] = nil
            takeTurn(line)
            return first
        }
        return nil
    }

    /// Whether ``next()`` may have an element. It has none without.
    var hasNext: Bool { running < places && firstTurn < turns.count }

    /// A started element of this server is done.
    func finished(server: String) {
        running -= 1
        guard let line = lines[server] else { return }
        line.running -= 1
        takeTurn(line)
        dropIfUnused(line)
    }

    /// Takes a waiting element out. `nil` when it is not waiting.
    func remove(id: UInt64) -> Element? {
        guard let line = lineOf.removeValue(forKey: id) else { return nil }
        defer { dropIfUnused(line) }
        return line.remove(id: id)
    }

    /// Takes all waiting elements out.
    func removeAll() -> [Element] {
        lineOf = [:]
        return lines.values.flatMap { $0.removeAll() }
    }

    private func line(of server: String) -> Line {
        if let line = lines[server] { return line }
        let line = Line(server: server)
        lines[server] = line
        return line
    }

    private func takeTurn(_ line: Line) {
        guard line.isWaiting, !line.hasTurn, line.running < placesPerServer else { return }
        line.hasTurn = true
        turns.append(line)
    }

    private func dropIfUnused(_ line: Line) {
        if !line.isWaiting, line.running == 0, !line.hasTurn { lines[line.server] = nil }
    }
}
