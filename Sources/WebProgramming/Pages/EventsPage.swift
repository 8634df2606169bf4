import Control
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Site {
    /// How many pages are watched at the same time: each holds a connection of the daemon's, which has 64.
    static let maximumWatchers = 24
    /// A stream ends after so long, and the browser opens another: then a session that has ended is seen.
    static let streamLength = Duration.seconds(600)
    /// A sign of life for proxies and for us.
    static let heartbeat = Duration.seconds(20)

    func addEvents(to router: Router<WebContext>) {
        router.get("/events") { request, _ in
            let fields = FormFields(request.uri.query ?? "") ?? FormFields()
            let visitor: Visitor
            do {
                visitor = try await self.visitor(request, renew: false)
            } catch SiteError.signedOut {
                // 204 tells the browser not to come again (HTML, server-sent events).
                return Response(status: .noContent)
            }
            guard watchers.take(limit: Self.maximumWatchers) else {
                await visitor.daemon.close()
                throw SiteError.tooManyWatchers
            }
            return Response(
                status: .ok,
                headers: [.contentType: "text/event-stream"],
                body: ResponseBody { writer in
                    do {
                        try await watch(visitor, fields, &writer)
                    } catch {
                        logger.debug("a watched page ended: \(error)")
                    }
                    await visitor.daemon.close()
                    watchers.give()
                    try await writer.finish(nil)
                }
            )
        }
    }

    private enum Tick: Sendable {
        case status([PhoneStatus])
        case heartbeat
        case over
    }

    /// Sends every part of the page that has changed, for as long as the browser listens.
    private func watch(
        _ visitor: Visitor,
        _ fields: FormFields,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        let mac = fields.value("phone")
        let query = OverviewQuery(fields)
        let pages = try await pages(of: visitor, mac)
        defer { if let pages { Task { await pages.visitor.daemon.close() } } }
        let replies = try await visitor.daemon.replies(to: StatusRequest(phone: mac))
        let (ticks, continuation) = AsyncStream<Tick>.makeStream(bufferingPolicy: .bufferingNewest(8))
        let reading = Task {
            do {
                for try await reply in replies { continuation.yield(.status(reply.phones)) }
            } catch {
                continuation.yield(.over)
            }
            continuation.finish()
        }
        let beating = Task {
            let end = ContinuousClock.now + Self.streamLength
            while ContinuousClock.now < end {
                try await Task.sleep(for: Self.heartbeat)
                continuation.yield(.heartbeat)
            }
            continuation.yield(.over)
        }
        defer {
            reading.cancel()
            beating.cancel()
        }
        var shown: [String: String]?
        for await tick in ticks {
            switch tick {
            case .over: return
            case .heartbeat: try await writer.write(ByteBuffer(string: ": still here\n\n"))
            case .status(let phones):
                let fragments: [String: String]
                if let pages, let status = phones.first {
                    fragments = try await phoneFragments(status, pages)
                } else {
                    fragments = overviewFragments(phones, query)
                }
                // What the page has shown already is not sent, but for what may have happened between it and the stream.
                let changed = fragments.filter { shown?[$0.key] != $0.value }
                for (id, html) in changed.sorted(by: { $0.key < $1.key }) {
                    try await writer.write(ByteBuffer(string: try Self.event(id, html)))
                }
                shown = fragments
            }
        }
    }

    /// A second connection for what else the page of a phone shows: the first is busy with the stream.
    private func pages(of visitor: Visitor, _ mac: String?) async throws -> VisitedPhone? {
        guard let mac else { return nil }
        guard let phone = visitor.signedIn.phones.first(where: { $0.mac == mac }) else { throw SiteError.notFound }
        let daemon = try await ControlClient.connect(to: controlSocket)
        _ = try await daemon.call(ResumeRequest(session: visitor.session, renew: false))
        return VisitedPhone(
            visitor: Visitor(session: visitor.session, signedIn: visitor.signedIn, daemon: daemon),
            phone: phone
        )
    }

    /// One event: JSON has no line ends in it, so that nothing in a value can begin another field.
    private static func event(_ id: String, _ html: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(["id": id, "html": html])
        return "event: part\ndata: \(String(decoding: data, as: UTF8.self))\n\n"
    }
}
