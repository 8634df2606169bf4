import Control
import HTTPTypes
import Hummingbird
import NIOCore

/// The pages of a phone, as its navigation lists them.
enum Tab: String, CaseIterable {
    case status = ""
    case provisioning
    case settings
    case files
    case history
    case maintenance

    var words: String {
        switch self {
        case .status: "Status"
        case .provisioning: "Provisioning"
        case .settings: "Settings"
        case .files: "Files"
        case .history: "History"
        case .maintenance: "Maintenance"
        }
    }

    /// The account that has it.
    var role: AccountRole {
        switch self {
        case .status, .settings, .history, .maintenance: .user
        case .provisioning, .files: .administrator
        }
    }
}

extension Site {
    /// A whole page.
    func page(
        title: String,
        template: String,
        _ content: View,
        frame: View = [:],
        status: HTTPResponse.Status = .ok
    ) -> Response {
        var view = frame
        view["title"] = title
        view["style"] = Assets.style.path
        view["script"] = Assets.script.path
        view["icon"] = Assets.icon.path
        view["content"] = templates.part(template, content.merging(frame) { own, _ in own })
        return Response(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: templates.part("layout", view)))
        )
    }

    /// A whole page about a phone.
    func page(
        _ phone: VisitedPhone,
        _ tab: Tab,
        title: String? = nil,
        template: String,
        _ content: View,
        live: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        var frame = frame(phone.visitor)
        frame["phone"] =
            [
                "mac": phone.mac, "macWords": Words.mac(phone.mac), "model": phone.phone.model, "path": phone.path,
                "several": phone.visitor.signedIn.phones.count > 1,
            ] as View
        frame["path"] = phone.path
        frame["isAdministrator"] = phone.isAdministrator
        frame["tabs"] = Tab.allCases.filter { phone.phone.role >= $0.role }.map { item -> View in
            let path = item == .status ? phone.path : "\(phone.path)/\(item.rawValue)"
            return ["words": item.words, "href": path, "isCurrent": item == tab]
        }
        frame["live"] = live
        let place = "\(phone.phone.model) \(Words.mac(phone.mac))"
        return page(
            title: "\(title ?? tab.words) – \(place)",
            template: template,
            content,
            frame: frame,
            status: status
        )
    }

    /// What stands around every page of somebody who has signed in.
    func frame(_ visitor: Visitor) -> View {
        ["csrf": visitor.token, "account": visitor.signedIn.account]
    }

    /// After a form: another page, which a reload does not send again.
    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }

    /// Whether a path is one of ours and nothing else, such as another host's.
    static func isOwnPath(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.hasPrefix("//") && path.utf8.count <= 512
            && path.utf8.allSatisfy { $0.isLetterOrDigit || "/-_.".utf8.contains($0) }
    }
}
