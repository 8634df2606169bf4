import Mustache

/// What a template is given: names and texts, which it escapes, lists and flags.
typealias View = [String: Any]

/// The templates of the pages. They are part of the program, and read once.
struct Templates: Sendable {
    private let library: MustacheLibrary

    /// - Throws: when a template is wrong.
    init() throws {
        var library = MustacheLibrary()
        for (name, bytes) in Self.sources {
            try library.register(String(decoding: bytes, as: UTF8.self), named: name)
        }
        self.library = library
    }

    /// A part of a page.
    func part(_ name: String, _ view: View) -> String { library.render(view, withTemplate: name) ?? "" }

    private static let sources: [(String, [UInt8])] = [
        ("layout", PackageResources.layout_mustache),
        ("sign-in", PackageResources.sign_in_mustache),
        ("message", PackageResources.message_mustache),
        ("overview", PackageResources.overview_mustache),
        ("overview-row", PackageResources.overview_row_mustache),
        ("phone", PackageResources.phone_mustache),
        ("phone-state", PackageResources.phone_state_mustache),
        ("run", PackageResources.run_mustache),
        ("run-page", PackageResources.run_page_mustache),
        ("provisioning", PackageResources.provisioning_mustache),
        ("settings", PackageResources.settings_mustache),
        ("setting", PackageResources.setting_mustache),
        ("field", PackageResources.field_mustache),
        ("files", PackageResources.files_mustache),
        ("document", PackageResources.document_mustache),
        ("history", PackageResources.history_mustache),
        ("maintenance", PackageResources.maintenance_mustache),
    ]
}
