import ConfigurationFile
import PhoneSettings

/// Says whether a document that was accepted is what the reader promises.
struct DocumentJudge {
    let document: ConfigurationDocument

    func check(_ places: Places) {
        checkDiagnostics(places)
        checkSettings(places)
        checkRoundTrip()
    }

    private func checkDiagnostics(_ places: Places) {
        let diagnostics = document.diagnostics
        invariant(diagnostics.count <= ConfigurationFile.maximumDiagnostics + 1, "\(diagnostics.count) diagnostics")
        var last = SourcePosition(line: 0)
        for diagnostic in diagnostics {
            invariant(diagnostic.description.isOneLine, "diagnostic of several lines: \(diagnostic)")
            guard let position = diagnostic.position else { continue }
            invariant(position >= last, "diagnostics out of order")
            last = position
            places.checkTag(position, nil)
        }
    }

    private func checkSettings(_ places: Places) {
        var keys: Set<ParameterKey> = []
        for setting in document.settings {
            invariant(keys.insert(setting.key).inserted, "\(setting.key) stands there twice")
            guard let position = setting.position else { return invariant(false, "\(setting.key) has no position") }
            places.checkTag(position, setting.key.name)
            guard let definition = ParameterDictionary.standard[setting.key.name] else { continue }
            invariant(definition.validate(setting.value) == nil, "\(setting.key) does not fit")
            invariant(definition.section == .device, "\(setting.key) is no setting")
            invariant(definition.isLineParameter == (setting.key.line != nil), "\(setting.key) and its line")
        }
        invariant(document.initial == nil || document.role == .initial, "only an initial file names files")
        invariant((document.initial?.rootCertificatePaths.count ?? 0) <= 3, "more than three root certificates")
    }

    /// What is written is read as the same settings, and written the same once more.
    private func checkRoundTrip() {
        let settings = document.settings.filter(Self.isKeptByWriter)
        let writer = ConfigurationWriter()
        let text = writer.document(initial: document.initial, settings: settings)
        let bytes = Array(text.utf8)
        guard bytes.count <= ConfigurationFile.maximumBytes else { return }
        do throws(ConfigurationFileError) {
            let again = try ConfigurationFile.read(bytes, as: document.role)
            invariant(again.initial == document.initial, "the initial part was written otherwise")
            invariant(!again.hasErrors, "what was written has errors: \(again.diagnostics)")
            invariant(again.settings.count == settings.count, "settings were lost or added:\n\(text)")
            let before = Dictionary(uniqueKeysWithValues: settings.map { ($0.key, $0) })
            for setting in again.settings {
                guard let old = before[setting.key] else { return invariant(false, "\(setting.key) was added") }
                invariant(old.value.utf8.elementsEqual(setting.value.utf8), "\(setting.key) has another value")
                invariant(old.permission == setting.permission && old.access == setting.access, "attributes changed")
            }
            let twice = writer.document(initial: again.initial, settings: again.settings)
            invariant(twice == text, "written once more it differs:\n\(text)\n\(twice)")
        } catch {
            invariant(false, "what was written is refused: \(error)\n\(text)")
        }
    }

    /// The writer writes no `perm` of RW, without which an empty element in lower case is an empty group.
    private static func isKeptByWriter(_ setting: Setting) -> Bool {
        if ParameterDictionary.standard[setting.key.name] != nil || !setting.value.isEmpty { return true }
        return setting.permission != .readWrite || setting.access != nil
            || !setting.key.name.utf8.contains { (0x61...0x7A).contains($0) }
    }
}
