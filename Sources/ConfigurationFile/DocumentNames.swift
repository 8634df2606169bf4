/// The three element names that match whatever their case: the guide's text writes `PANASipPhoneConfig`, `initial`,
/// `device`, its examples and the files in use `PANASIPPhoneConfig`, `Initial`, `Device`.
enum DocumentNames {
    /// The root as examples write it.
    static let root = "PANASIPPhoneConfig"
    /// The initial part as examples write it.
    static let initial = "Initial"
    /// The device part as examples write it.
    static let device = "Device"
    /// The group of one line; its case matters, like that of every group.
    static let line = "Line"
    /// Its attribute.
    static let lineNumber = "idx"

    /// The root as examples and as the guide's text write it.
    static let rootSpellings = [root, "PANASipPhoneConfig"]
    /// The initial part as examples and as the guide's text write it.
    static let initialSpellings = [initial, "initial"]
    /// The device part as examples and as the guide's text write it.
    static let deviceSpellings = [device, "device"]

    /// The spelling to be used, when `name` is neither that of the examples nor that of the guide's text.
    static func usualSpelling(instead name: String) -> String? {
        for spellings in [rootSpellings, initialSpellings, deviceSpellings] {
            if spellings.contains(name) { return nil }
            if equal(name, spellings[0]) { return spellings[0] }
        }
        return nil
    }

    static func isRoot(_ name: String) -> Bool { equal(name, root) }
    static func isInitial(_ name: String) -> Bool { equal(name, initial) }
    static func isDevice(_ name: String) -> Bool { equal(name, device) }
    static func isOne(_ name: String) -> Bool { isRoot(name) || isInitial(name) || isDevice(name) }

    private static func equal(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count && a.lowercased() == b.lowercased()
    }
}
