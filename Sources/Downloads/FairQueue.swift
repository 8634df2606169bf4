/// Elements that wait for a free place, by server: each server has so many places, all together have so many,
/// and servers take turns. So a server that answers slowly keeps only its own downloads waiting.
struct FairQueue<Element> {
    /// The number of elements that may run at once.
    let places: Int
    /// The number of them that may be with one server.
    let placesPerServer: Int

    private struct Line {
        var waiting: [(id: UInt64, element: Element)] = []
        var head = 0
        var running = 0
        var hasTurn = false

        var isWaiting: Bool { head < waiting.count }

        /// Takes the line's turn.
        mutating func start(places: Int) -> (id: UInt64, element: Element)? {
            hasTurn = false
            guard isWaiting, running < places else { return nil }
            running += 1
            return popFirst()
        }

        private mutating func popFirst() -> (id: UInt64, element: Element) {
            let first = waiting[head]
            head += 1
            // Moving the rest forward now and then keeps the memory small and the cost of each step constant.
            if head >= 64, head * 2 >= waiting.count {
                waiting.removeFirst(head)
                head = 0
            }
            return first
        }
    }

    private var lines: [String: Line] = [:]
    private var serverOf: [UInt64: String] = [:]
    private var turns: [String] = []
    private var firstTurn = 0
    private(set) var running = 0

    init(places: Int, placesPerServer: Int) {
        self.places = places
        self.placesPerServer = placesPerServer
    }

    mutating func append(_ element: Element, id: UInt64, server: String) {
        serverOf[id] = server
        lines[server, default: Line()].waiting.append((id, element))
        takeTurn(server)
    }

    /// The next element that may start; it holds a place until ``finished(server:)``.
    mutating func next() -> (id: UInt64, element: Element)? {
        while running < places, firstTurn < turns.count {
            let server = turns[firstTurn]
            firstTurn += 1
            if firstTurn >= 64, firstTurn * 2 >= turns.count {
                turns.removeFirst(firstTurn)
                firstTurn = 0
            }
            // In its place: a copy of the line would be as long as what waits in it.
            guard let first = lines[server]?.start(places: placesPerServer) else {
                dropIfUnused(server)
                continue
            }
            running += 1
            serverOf[first.id] = nil
            takeTurn(server)
            return first
        }
        return nil
    }

    /// Whether ``next()`` may have an element. It has none without.
    var hasNext: Bool { running < places && firstTurn < turns.count }

    /// A started element of this server is done.
    mutating func finished(server: String) {
        running -= 1
        lines[server]?.running -= 1
        takeTurn(server)
        dropIfUnused(server)
    }

    /// Takes a waiting element out. `nil` when it is not waiting.
    mutating func remove(id: UInt64) -> Element? {
        guard let server = serverOf.removeValue(forKey: id),
            let index = lines[server]?.waiting[(lines[server]?.head ?? 0)...].firstIndex(where: { $0.id == id })
        else { return nil }
        let element = lines[server]?.waiting.remove(at: index).element
        dropIfUnused(server)
        return element
    }

    /// Takes all waiting elements out.
    mutating func removeAll() -> [Element] {
        let elements = lines.values.flatMap { $0.waiting[$0.head...].map(\.element) }
        for server in lines.keys {
            lines[server]?.waiting = []
            lines[server]?.head = 0
        }
        serverOf = [:]
        return elements
    }

    private mutating func takeTurn(_ server: String) {
        guard let line = lines[server], line.isWaiting, !line.hasTurn, line.running < placesPerServer else { return }
        lines[server]?.hasTurn = true
        turns.append(server)
    }

    private mutating func dropIfUnused(_ server: String) {
        guard let line = lines[server], !line.isWaiting, line.running == 0, !line.hasTurn else { return }
        lines[server] = nil
    }
}
