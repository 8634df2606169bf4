import Control
import Hummingbird

/// Which of the phones are listed.
struct OverviewQuery: Sendable {
    /// Words that have to stand in a line.
    let search: String
    /// The state; `nil`: any.
    let state: PhoneState?
    /// The page, from 1.
    let page: Int

    /// How many phones stand on a page.
    static let pageLength = 100

    init(_ fields: FormFields) {
        search = String(fields["q"].prefix(100))
        state = PhoneState(rawValue: fields["state"])
        page = max(1, min(1_000, Int(fields["page"]) ?? 1))
    }

    func matches(_ status: PhoneStatus) -> Bool {
        if let state, state != status.state { return false }
        guard !search.isEmpty else { return true }
        let text = "\(status.mac) \(Words.mac(status.mac)) \(status.model) \(status.url ?? "") \(status.detail)"
            .lowercased()
        return search.lowercased().split(separator: " ").allSatisfy { text.contains($0) }
    }

    /// The same list as a query of a URL, on another page or in another state.
    func query(state: PhoneState?, page: Int = 1) -> String {
        var parts: [String] = []
        if !search.isEmpty { parts.append("q=\(search.percentEncoded)") }
        if let state { parts.append("state=\(state.rawValue)") }
        if page > 1 { parts.append("page=\(page)") }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }
}

extension Site {
    func addOverview(to router: Router<WebContext>) {
        router.get("/") { request, _ in
            try await visit(request) { visitor in
                if visitor.signedIn.phones.count == 1, let only = visitor.signedIn.phones.first {
                    return Self.seeOther("/phones/\(only.mac)")
                }
                let query = OverviewQuery(FormFields(request.uri.query ?? "") ?? FormFields())
                let phones = try await visitor.daemon.call(StatusRequest()).phones
                return page(
                    title: "Phones",
                    template: "overview",
                    overview(phones, query),
                    frame: frame(visitor).merging([
                        "live": "/events" + query.query(state: query.state, page: query.page)
                    ]) {
                        own,
                        _ in own
                    }
                )
            }
        }
    }

    private func overview(_ phones: [PhoneStatus], _ query: OverviewQuery) -> View {
        let shown = phones.filter(query.matches)
        let pages = max(1, (shown.count + OverviewQuery.pageLength - 1) / OverviewQuery.pageLength)
        let page = min(query.page, pages)
        let states = PhoneState.allCases.map { state -> View in
            let (word, tone) = Words.state(state)
            return [
                "word": word, "tone": tone, "count": phones.count { $0.state == state },
                "href": "/" + query.query(state: state), "isCurrent": query.state == state,
            ]
        }
        var view: View = [
            "rows": Self.slice(shown, page).map { templates.part("overview-row", StatusView.row($0)) },
            "count": phones.count,
            "shown": shown.count,
            "isEmpty": shown.isEmpty,
            "search": query.search,
            "states": states.filter { ($0["count"] as? Int ?? 0) > 0 || $0["isCurrent"] as? Bool == true },
            "all": "/" + query.query(state: nil),
            "isAll": query.state == nil,
            "hasPages": pages > 1,
            "page": page,
            "pages": pages,
        ]
        view["stateValue"] = query.state?.rawValue
        if page > 1 { view["previous"] = "/" + query.query(state: query.state, page: page - 1) }
        if page < pages { view["following"] = "/" + query.query(state: query.state, page: page + 1) }
        return view
    }

    /// The lines of the list as they may change, by the element that each is.
    func overviewFragments(_ phones: [PhoneStatus], _ query: OverviewQuery) -> [String: String] {
        let shown = Self.slice(phones.filter(query.matches), query.page)
        return Dictionary(
            shown.map { ("phone-\($0.mac)", templates.part("overview-row", StatusView.row($0))) }
        ) { first, _ in first }
    }

    private static func slice(_ phones: [PhoneStatus], _ page: Int) -> ArraySlice<PhoneStatus> {
        phones.dropFirst((page - 1) * OverviewQuery.pageLength).prefix(OverviewQuery.pageLength)
    }
}
