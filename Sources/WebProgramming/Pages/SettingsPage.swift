import Control
import HTTPTypes
import Hummingbird
import PhoneSettings

extension Site {
    func addSettings(to router: Router<WebContext>) {
        router.get("/phones/{mac}/settings") { request, context in
            try await visitPhone(request, context) { phone in
                let fields = FormFields(request.uri.query ?? "") ?? FormFields()
                let settings = try await phone.ask(GetRequest(phone: phone.mac)).settings
                return page(phone, .settings, template: "settings", settingsView(phone, settings, fields))
            }
        }
        router.get("/phones/{mac}/settings/{name}") { request, context in
            try await visitPhone(request, context) { phone in
                let done = FormFields(request.uri.query ?? "")?["done"] ?? ""
                return try await settingPage(phone, try context.parameters.require("name"), done: done)
            }
        }
        router.post("/phones/{mac}/settings/{name}") { request, context in
            try await changePhone(request, context) { phone, form in
                try await saveSetting(phone, try context.parameters.require("name"), form)
            }
        }
    }

    // MARK: The list

    private func settingsView(_ phone: VisitedPhone, _ settings: [SettingValue], _ fields: FormFields) -> View {
        let search = String(fields["q"].prefix(100))
        let isAll = fields["show"] == "all"
        let words = search.lowercased().split(separator: " ")
        let shown = settings.filter { setting in
            if !words.isEmpty { return words.allSatisfy { Self.text(of: setting).contains($0) } }
            return isAll || setting.layer != "factory"
        }
        var groups: [(name: String, rows: [View])] = []
        for setting in shown {
            let name = Self.group(of: setting)
            if groups.last?.name != name { groups.append((name, [])) }
            groups[groups.count - 1].rows.append(FieldView.of(setting, path: phone.path))
        }
        let suffix = search.isEmpty ? "" : "&q=\(search.percentEncoded)"
        return [
            "groups": groups.map { ["name": $0.name, "rows": $0.rows] as View },
            "isEmpty": shown.isEmpty,
            "search": search,
            "isAll": isAll,
            "isSearch": !search.isEmpty,
            "all": "\(phone.path)/settings?show=all\(suffix)",
            "changed": "\(phone.path)/settings",
            "shown": shown.count,
            "total": settings.count,
            "changedCount": settings.count { $0.layer != "factory" },
        ]
    }

    private static func group(of setting: SettingValue) -> String {
        let key = ParameterKey(parsing: setting.name)
        guard let definition = ParameterDictionary.standard[key.name] else { return "Not known to this phone" }
        guard let line = key.line else { return definition.group }
        return definition.group.replacing("Lines/Line", with: "Line \(line)", maxReplacements: 1)
    }

    private static func text(of setting: SettingValue) -> String {
        let key = ParameterKey(parsing: setting.name)
        let meaning = ParameterDictionary.standard[key.name]?.meaning ?? ""
        return "\(setting.name) \(meaning) \(setting.value) \(setting.layer) \(setting.file ?? "")".lowercased()
    }

    // MARK: One parameter

    private func settingPage(
        _ phone: VisitedPhone,
        _ name: String,
        done: String = "",
        entered: String? = nil,
        fault: String? = nil
    ) async throws -> Response {
        guard let value = try await phone.ask(GetRequest(phone: phone.mac, name: name)).settings.first else {
            throw SiteError.notFound
        }
        let field = FieldView.of(value, path: phone.path, entered: entered, fault: fault)
        let hasUserValue = value.layer == "user" || value.hides.contains { $0.layer == "user" }
        var view = field
        view["field"] = templates.part("field", field)
        view["hasUserValue"] = hasUserValue
        switch done {
        case "set": view["notice"] = "\(value.name) was set."
        case "kept":
            view["notice"] = "\(value.name) is kept, but does not count: a file’s value with “!” stands above it."
        case "unset": view["notice"] = "Your value of \(value.name) was taken back."
        default: break
        }
        return page(
            phone,
            .settings,
            title: value.name,
            template: "setting",
            view,
            status: fault == nil ? .ok : .badRequest
        )
    }

    private func saveSetting(_ phone: VisitedPhone, _ name: String, _ form: FormFields) async throws -> Response {
        let path = "\(phone.path)/settings/\(name.percentEncoded)"
        do {
            if form["action"] == "unset" {
                _ = try await phone.ask(UnsetRequest(phone: phone.mac, name: name))
                return Self.seeOther("\(path)?done=unset")
            }
            let entered = form[name]
            let isSecret = ParameterDictionary.standard.isSecret(ParameterKey(parsing: name).name)
            if isSecret, entered.isEmpty {
                return try await settingPage(phone, name, fault: "a secret is not shown: type the new one")
            }
            let reply = try await phone.ask(SetRequest(phone: phone.mac, name: name, value: entered))
            return Self.seeOther("\(path)?done=\(reply.overriddenBy == nil ? "set" : "kept")")
        } catch let error as ControlClientError {
            guard let reason = SettingFault.reason(error) else { throw error }
            return try await settingPage(phone, name, entered: form[name], fault: reason)
        }
    }
}
