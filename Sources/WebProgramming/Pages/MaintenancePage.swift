import Control
import Hummingbird

extension Site {
    func addMaintenance(to router: Router<WebContext>) {
        router.get("/phones/{mac}/maintenance") { request, context in
            try await visitPhone(request, context) { phone in maintenancePage(phone) }
        }
        router.post("/phones/{mac}/maintenance/provision") { request, context in
            try await changePhone(request, context, as: .administrator) { phone, _ in
                _ = try await phone.ask(ProvisionRequest(phone: phone.mac))
                return Self.seeOther("\(phone.path)?done=provision")
            }
        }
        router.post("/phones/{mac}/maintenance/reboot") { request, context in
            try await changePhone(request, context, as: .administrator) { phone, _ in
                _ = try await phone.ask(RebootRequest(phone: phone.mac))
                return Self.seeOther("\(phone.path)?done=reboot")
            }
        }
        router.post("/phones/{mac}/maintenance/factory-reset") { request, context in
            try await changePhone(request, context, as: .administrator) { phone, form in
                guard form["sure"] == "yes" else {
                    return maintenancePage(phone, fault: "Nothing was done: say that you are sure first.")
                }
                _ = try await phone.ask(FactoryResetRequest(phone: phone.mac))
                return Self.seeOther("\(phone.path)?done=factory-reset")
            }
        }
    }

    private func maintenancePage(_ phone: VisitedPhone, fault: String? = nil) -> Response {
        var view: View = [:]
        view["fault"] = fault
        return page(phone, .maintenance, template: "maintenance", view, status: fault == nil ? .ok : .badRequest)
    }
}
