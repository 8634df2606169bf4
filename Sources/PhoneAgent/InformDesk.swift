import DHCPOptions

/// Puts the phones' questions to the DHCP server.
///
/// Phones behind one interface have its address and so would ask the same. Those that do so at the same time share one
/// question: systemd runs 64 helpers at most and refuses the next (systemd.socket(5), MaxConnections=).
actor InformDesk {
    private struct Question: Hashable {
        let request: InformCall.Request
        let socket: String
    }

    private let put: @Sendable (InformCall.Request, String) async -> InformCall.Reply
    private var underWay: [Question: Task<InformCall.Reply, Never>] = [:]

    /// - Parameter put: puts one question to the helper at a socket.
    init(put: @escaping @Sendable (InformCall.Request, String) async -> InformCall.Reply) {
        self.put = put
    }

    /// Asks, or waits for the answer to a question that is the same and under way.
    func ask(_ request: InformCall.Request, at socket: String) async -> InformCall.Reply {
        let question = Question(request: request, socket: socket)
        if let asked = underWay[question] {
            let reply = await asked.value
            let note = "another phone of \(request.interface) was asking when this one wanted to"
            return InformCall.Reply(outcome: reply.outcome, sends: reply.sends, notes: reply.notes + [note])
        }
        // Not cancelled with the phone that began it: others may wait for the answer.
        let task = Task { [put] in await put(request, socket) }
        underWay[question] = task
        defer { underWay[question] = nil }
        return await task.value
    }
}
