import Control

/// A parameter's value and why it has it, as a person reads it.
public enum SettingText {
    /// The value, where it comes from, and what it hides.
    public static func explanation(_ setting: SettingValue, style: Style = .plain) -> String {
        var place = setting.layer
        if let file = setting.file { place += ", \(file)" }
        if let line = setting.line { place += ", line \(line)" }
        if let origin = setting.origin {
            place += ", set by \(Wording.origin(origin.programming, origin.who)), \(RFC3339.spoken(origin.at))"
        }
        if !setting.changeable { place += ", read-only" }
        let hidden = setting.hides.map { "    hides \($0.layer): \($0.value.isEmpty ? "empty" : $0.value)" }
        let lines = ["\(style(setting.name, .bold))=\(SafeText.of(setting.value))", "    from \(SafeText.of(place))"]
        return (lines + hidden.map { style(SafeText.of($0), .dim) }).joined(separator: "\n")
    }
}
