import CCurl

/// What a lane's thread does. Everything of libcurl lives and dies here.
final class LaneLoop {
    private let lane: Lane
    private let alarm = Transfer.Alarm()
    private let queue: FairQueue<Lane.Job>
    private var running: [UInt64: (transfer: Transfer, job: Lane.Job)] = [:]
    private var idOf: [UnsafeMutableRawPointer: UInt64] = [:]
    private var multi: UnsafeMutableRawPointer?
    /// Handles of ended transfers, for the next ones. To make and free one for each was 4 % of a small download's
    /// processor time.
    private var spare: [EasyHandle] = []
    private var restingSince: ContinuousClock.Instant?
    /// Connections may be open that are to be used no more; libcurl gives up all of them, or none.
    private var isStale = false

    init(_ lane: Lane) {
        self.lane = lane
        queue = FairQueue(
            places: lane.settings.maximumTransfers,
            placesPerServer: lane.settings.maximumTransfersPerServer
        )
    }

    func run() {
        while let commands = lane.takeCommands() {
            for command in commands { handle(command) }
            startWaiting()
            if running.isEmpty {
                rest()
            } else {
                work()
            }
        }
        for id in Array(running.keys) { end(id, .cancelled) }
        for job in queue.removeAll() { lane.finish(job, TransferReport(ending: .cancelled)) }
        closeMulti()
    }

    private func handle(_ command: Lane.Command) {
        switch command {
        case .start(let job):
            queue.append(job, id: job.id, server: job.leg.server)
        case .cancel(let id):
            if let job = queue.remove(id: id) {
                lane.finish(job, TransferReport(ending: .cancelled))
            } else {
                end(id, .cancelled)
            }
        case .forgetConnections:
            isStale = multi != nil
        }
    }

    private func startWaiting() {
        while let (id, job) = queue.next() {
            guard let multi = openMulti(), let easy = spare.popLast() ?? EasyHandle() else {
                refuse(job, .curl(CURLE_OUT_OF_MEMORY, "no memory for a transfer"))
                continue
            }
            let transfer = Transfer(id: id, leg: job.leg, easy: easy, queued: .now - job.submitted, alarm: alarm)
            transfer.useSockets(of: lane.sockets)
            transfer.configure()
            if isStale { transfer.easy.set(CURLOPT_FRESH_CONNECT, true) }
            guard transfer.easy.failure == CURLE_OK else {
                refuse(job, .curl(transfer.easy.failure, transfer.easy.error))
                continue
            }
            let code = curl_multi_add_handle(multi, transfer.easy.pointer)
            guard code == CURLM_OK else {
                refuse(job, .curl(CURLE_FAILED_INIT, Self.words(code)))
                continue
            }
            running[id] = (transfer, job)
            idOf[transfer.easy.pointer] = id
        }
    }

    private func refuse(_ job: Lane.Job, _ ending: TransferReport.Ending) {
        queue.finished(server: job.leg.server)
        lane.finish(job, TransferReport(ending: ending))
    }

    /// One turn with transfers: let libcurl work, take what is done, end what is overdue, wait for news.
    private func work() {
        restingSince = nil
        var count: Int32 = 0
        let code = curl_multi_perform(multi, &count)
        guard code == CURLM_OK else {
            for id in Array(running.keys) { end(id, .curl(CURLE_FAILED_INIT, Self.words(code))) }
            return
        }
        takeMessages()
        let now = ContinuousClock.now
        alarm.settle(at: now)
        endOverdue(at: now)
        // A place may have become free: whoever waits for it begins before the next wait.
        guard !running.isEmpty, !queue.hasNext, lane.mayWait() else { return }
        var wakeUp = curl_waitfd(fd: lane.wakeUp.descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        let timeout = alarm.next.map { $0 - .now } ?? .seconds(86_400)
        curl_multi_poll(multi, &wakeUp, 1, timeout.pollMilliseconds, nil)
        if wakeUp.revents != 0 { lane.wakeUp.drain() }
    }

    /// One turn without transfers: open connections are kept for a while, then everything is let go.
    private func rest() {
        guard multi != nil else {
            if lane.mayWait() { lane.wakeUp.wait(nil) }
            return
        }
        let now = ContinuousClock.now
        let since = restingSince ?? now
        restingSince = since
        let left = lane.settings.idleConnectionLifetime - (now - since)
        if left > .zero, !isStale {
            if lane.mayWait() { lane.wakeUp.wait(left) }
        } else {
            closeMulti()
        }
    }

    private func takeMessages() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let id = idOf[handle], let transfer = running[id]?.transfer
            else { continue }
            let code = ccurl_message_result(message)
            let text = code == CURLE_OK ? "" : transfer.easy.error
            end(id, .curl(code, text.isEmpty ? String(cString: curl_easy_strerror(code)) : text))
        }
    }

    private func endOverdue(at now: ContinuousClock.Instant) {
        guard let next = alarm.next, next <= now else { return }
        alarm.next = nil
        for (id, entry) in running {
            if let ending = entry.transfer.overdue(at: now) {
                end(id, ending)
            } else if let deadline = entry.transfer.deadline {
                alarm.pull(to: deadline)
            }
        }
    }

    private func end(_ id: UInt64, _ ending: TransferReport.Ending) {
        guard let (transfer, job) = running.removeValue(forKey: id) else { return }
        let report = transfer.report(ending)
        idOf[transfer.easy.pointer] = nil
        // libcurl would say QUIT to an FTP server later and wait for the answer, up to two minutes. The end of
        // the connection is a logout as well (RFC 959 section 4.1.1, QUIT).
        if lane.mayBlock { lane.sockets.breakOff(owner: id) }
        curl_multi_remove_handle(multi, transfer.easy.pointer)
        if transfer.leg.leavesNothing, case .curl(CURLE_OK, _) = report.ending {
            transfer.easy.reset()
            spare.append(transfer.easy)
        }
        queue.finished(server: job.leg.server)
        lane.finish(job, report)
    }

    private func openMulti() -> UnsafeMutableRawPointer? {
        if let multi { return multi }
        guard let new = curl_multi_init() else { return nil }
        // Room for every transfer's connection, so that libcurl closes none to keep another.
        _ = ccurl_multi_setopt_long(new, CURLMOPT_MAXCONNECTS, lane.settings.maximumTransfers)
        multi = new
        return new
    }

    private func closeMulti() {
        restingSince = nil
        isStale = false
        spare = []
        guard let multi else { return }
        if lane.mayBlock { lane.sockets.breakOffAll() }
        curl_multi_cleanup(multi)
        self.multi = nil
    }

    private static func words(_ code: CURLMcode) -> String {
        curl_multi_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
    }
}
