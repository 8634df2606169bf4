import Control
import HTTPTypes
import Hummingbird
import PhoneSettings

/// The parameters of the page Provisioning, in the order in which somebody thinks of them.
enum ProvisioningFields {
    static let groups: [(title: String, hint: String, names: [String])] = [
        (
            "Provisioning URL",
            "Set here, it comes before every other source: the next run starts from step 2 with it. Empty: the phone "
                + "looks for one by itself.",
            ["USR_PROV_SVR_URL", "USR_PROV_SVR_AUTH_ID", "USR_PROV_SVR_AUTH_PASSWORD"]
        ),
        (
            "Where the phone looks for one",
            "In this order. The first that gives a URL is used.",
            [
                "PROVISION_ENABLE", "SIPPNP_ENABLE", "OPTION160_ENABLE", "OPTION159_ENABLE", "OPTION66_ENABLE",
                "DHCPV6_OPTION17_PROV_ENABLE",
            ]
        ),
        (
            "When it downloads again",
            "Beside every start of the phone.",
            ["CFG_CYCLIC", "CFG_CYCLIC_INTVL", "CFG_RESYNC_TIME", "CFG_RTRY_INTVL", "CFG_RESYNC_FROM_SIP"]
        ),
        ("Encrypted files", "", ["CFG_FILE_KEY", "CFG_FILE_KEY_LENGTH"]),
    ]

    static let names = groups.flatMap(\.names)
}

extension Site {
    func addProvisioning(to router: Router<WebContext>) {
        router.get("/phones/{mac}/provisioning") { request, context in
            try await visitPhone(request, context, as: .administrator) { phone in
                let done = FormFields(request.uri.query ?? "")?["done"] ?? ""
                return try await provisioningPage(phone, notice: Notice(rawValue: done)?.sentence)
            }
        }
        router.post("/phones/{mac}/provisioning") { request, context in
            try await changePhone(request, context, as: .administrator) { phone, form in
                try await saveProvisioning(phone, form)
            }
        }
    }

    private func provisioningPage(
        _ phone: VisitedPhone,
        notice: String? = nil,
        entered: FormFields = FormFields(),
        faults: [String: String] = [:]
    ) async throws -> Response {
        let values = try await values(phone)
        let groups = ProvisioningFields.groups.map { group -> View in
            let fields = group.names.compactMap { name in
                values[name].map { value in
                    templates.part(
                        "field",
                        FieldView.of(
                            value,
                            path: phone.path,
                            entered: entered.value(name),
                            fault: faults[name]
                        )
                    )
                }
            }
            return [
                "title": group.title, "hint": group.hint, "hasHint": !group.hint.isEmpty, "fields": fields,
            ]
        }
        var view: View = ["groups": groups]
        view["notice"] = notice
        if !faults.isEmpty {
            view["fault"] =
                "Nothing was changed: "
                + (faults.count == 1 ? "one value is not taken." : "\(faults.count) values are not taken.")
        }
        return page(
            phone,
            .provisioning,
            template: "provisioning",
            view,
            status: faults.isEmpty ? .ok : .badRequest
        )
    }

    /// The parameters of the page, also those that have no value.
    private func values(_ phone: VisitedPhone) async throws -> [String: SettingValue] {
        var values: [String: SettingValue] = [:]
        for setting in try await phone.ask(GetRequest(phone: phone.mac)).settings { values[setting.name] = setting }
        for name in ProvisioningFields.names where values[name] == nil {
            values[name] = try await phone.ask(GetRequest(phone: phone.mac, name: name)).settings.first
        }
        return values
    }

    /// All values are looked at before the first is set: what is refused is refused whole.
    private func saveProvisioning(_ phone: VisitedPhone, _ form: FormFields) async throws -> Response {
        let values = try await values(phone)
        var faults: [String: String] = [:]
        var changes: [(name: String, value: String)] = []
        for name in ProvisioningFields.names {
            guard let entered = form.value(name), let value = values[name], value.changeable else { continue }
            let isSecret = ParameterDictionary.standard.isSecret(name)
            // A secret's field is empty when it is to stay as it is.
            if isSecret ? entered.isEmpty : entered == value.value { continue }
            if let problem = ParameterDictionary.standard.validate(entered, for: ParameterKey(name)) {
                faults[name] = "\(problem)"
            }
            changes.append((name, entered))
        }
        guard faults.isEmpty else { return try await provisioningPage(phone, entered: form, faults: faults) }
        for (name, value) in changes {
            do throws(ControlClientError) {
                _ = try await phone.ask(SetRequest(phone: phone.mac, name: name, value: value))
            } catch {
                guard let reason = SettingFault.reason(error) else { throw error }
                return try await provisioningPage(phone, entered: form, faults: [name: reason])
            }
        }
        return Self.seeOther("\(phone.path)/provisioning?done=\(changes.isEmpty ? "unchanged" : "saved")")
    }
}

/// Why a value was not taken, where the person who typed it can do something about it.
enum SettingFault {
    static func reason(_ error: ControlClientError) -> String? {
        switch error {
        case .control(.invalidValue(_, let reason)): reason
        case .control(.notChangeable), .control(.notPermitted): "\(error)"
        default: nil
        }
    }
}
