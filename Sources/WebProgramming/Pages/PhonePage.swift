import Control
import Hummingbird

extension Site {
    func addPhone(to router: Router<WebContext>) {
        router.get("/phones/{mac}") { request, context in
            try await visitPhone(request, context) { phone in
                let done = FormFields(request.uri.query ?? "")?["done"] ?? ""
                var view = try await phoneView(phone)
                view["notice"] = Notice(rawValue: done)?.sentence
                return page(phone, .status, template: "phone", view, live: "/events?phone=\(phone.mac)")
            }
        }
    }

    /// The state and the last run, as parts that can be shown anew.
    private func phoneView(_ phone: VisitedPhone) async throws -> View {
        guard let status = try await phone.ask(StatusRequest(phone: phone.mac)).phones.first else {
            throw SiteError.notFound
        }
        let fragments = try await phoneFragments(status, phone)
        return ["state": fragments["state"] ?? "", "run": fragments["run"] ?? ""]
    }

    /// The parts of a phone's page that change, by the element that each is.
    func phoneFragments(_ status: PhoneStatus, _ phone: VisitedPhone) async throws -> [String: String] {
        var state = StatusView.of(status)
        state["isAdministrator"] = phone.isAdministrator
        state["path"] = phone.path
        state["csrf"] = phone.visitor.token
        return [
            "state": templates.part("phone-state", state),
            "run": templates.part("run", try await lastRun(phone)),
        ]
    }

    private func lastRun(_ phone: VisitedPhone) async throws -> View {
        do throws(ControlClientError) {
            let run = try await phone.ask(ExplainRequest(phone: phone.mac)).run
            var view = RunView.of(run, path: phone.path)
            view["isAdministrator"] = phone.isAdministrator
            return ["run": view]
        } catch {
            guard case .control(.noSuchRun) = error else { throw error }
            return ["none": true]
        }
    }
}

/// What is said at the head of a page after a form was taken. Only these words, so that no link can put others there.
enum Notice: String {
    case provision
    case reboot
    case factoryReset = "factory-reset"
    case imported = "import"
    case saved
    case unchanged

    var sentence: String {
        switch self {
        case .provision: "A provisioning run has been started."
        case .reboot: "The phone starts anew, from step 1."
        case .factoryReset:
            "The phone is back at factory defaults, and starts anew. What was changed by hand and its saved files are gone."
        case .imported: "The archive was taken."
        case .saved: "Saved. Provisioning goes by it from the next run on."
        case .unchanged: "Nothing was different, so that nothing was changed."
        }
    }
}
