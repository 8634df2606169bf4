import Control
import PhoneSettings
import Presentation

/// A parameter's value as a field of a form, and why it has it.
enum FieldView {
    /// - Parameters:
    ///   - value: as the daemon has it.
    ///   - entered: what somebody has typed and was not taken; it stands in the field again, unless it is a secret.
    ///   - fault: why not.
    static func of(_ value: SettingValue, path: String, entered: String? = nil, fault: String? = nil) -> View {
        let key = ParameterKey(parsing: value.name)
        let definition = ParameterDictionary.standard[key.name]
        let isSecret = ParameterDictionary.standard.isSecret(key.name)
        let (layer, tone) = Words.layer(value.layer)
        var view: View = [
            "name": value.name,
            "id": "field-\(value.name)",
            "href": "\(path)/settings/\(value.name.percentEncoded)",
            "meaning": definition?.meaning ?? "This parameter is not known: the phone keeps it.",
            "layer": layer,
            "tone": tone,
            "isUser": value.layer == "user",
            "changeable": value.changeable,
            "who": value.origin.map { Wording.origin($0.programming, $0.who) } ?? "",
            "hasWho": value.origin != nil,
            "locked": !value.changeable,
            "isSecret": isSecret,
            "value": isSecret ? "" : value.value,
            "isSet": !value.value.isEmpty,
            "isEmpty": value.value.isEmpty,
            "entered": isSecret ? "" : entered ?? value.value,
            "invalid": fault != nil,
        ]
        view["fault"] = fault
        view["line"] = key.line.map { "\($0)" }
        view["place"] = place(value, path)
        view["hides"] = value.hides.map { hidden -> View in
            let (word, tone) = Words.layer(hidden.layer)
            return [
                "layer": word, "tone": tone, "value": isSecret ? "" : hidden.value,
                "isEmpty": hidden.value.isEmpty, "isSecret": isSecret && !hidden.value.isEmpty,
            ]
        }
        view["hasHides"] = !value.hides.isEmpty
        if let definition { view.merge(kind(definition, entered ?? value.value)) { _, new in new } }
        if definition == nil { view["isText"] = true }
        if isSecret { view["isText"] = false }
        return view
    }

    /// `http://…, line 12`, for values of a file.
    static func place(_ value: SettingValue, _ path: String) -> View? {
        guard let file = value.file else { return nil }
        let role = value.layer == "initial-device" ? "initial" : value.layer
        var view: View = ["file": file]
        view["line"] = value.line
        view["source"] = value.line.map { "\(path)/files/\(role.percentEncoded)#line-\($0)" }
        return view
    }

    private static func kind(_ definition: ParameterDefinition, _ current: String) -> View {
        var view: View = [:]
        if let choices = choices(definition) {
            view["isChoice"] = true
            view["choices"] = choices.map { choice -> View in
                ["value": choice, "words": choice.isEmpty ? "(empty)" : choice, "isCurrent": choice == current]
            }
        } else {
            view["isText"] = true
            view["isNumber"] = definition.type == .integer
        }
        let form = form(definition)
        view["form"] = form.isEmpty ? nil : form.prefix(1).uppercased() + form.dropFirst()
        view["unit"] = definition.unit
        view["group"] = definition.group
        return view
    }

    /// The values that there are; `nil` when there are too many to choose from.
    private static func choices(_ definition: ParameterDefinition) -> [String]? {
        switch (definition.type, definition.constraint) {
        case (.flagYN, _): ["Y", "N"]
        case (.flagYesNo, _): ["Yes", "No"]
        case (_, .oneOf(let values)?): values
        default: nil
        }
    }

    /// What values there can be, in words.
    static func form(_ definition: ParameterDefinition) -> String {
        switch (definition.type, definition.constraint) {
        case (.flagYN, _): "Y or N"
        case (.flagYesNo, _): "Yes or No"
        case (_, .oneOf(let values)?): "one of " + values.joined(separator: ", ")
        case (_, .range(let range)?): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case (.integer, _): "a whole number"
        case (.integers, _): "whole numbers with commas between them"
        case (.text, .pattern(.timeOfDay)?): "a time of day, HH:MM"
        case (.text, .pattern(.url)?): "a URL"
        case (.text, _): ""
        }
    }
}
