import Foundation
import Testing

/// Text that was looked at and found good, kept beside the tests.
///
/// With PHONEPROVD_RECORD_SNAPSHOTS=1 in the environment the texts are written anew: look at the difference before you
/// keep it.
enum Snapshot {
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Snapshots")

    static func expect(
        _ text: String,
        is name: String,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["PHONEPROVD_RECORD_SNAPSHOTS"] == "1" {
            try Data(text.utf8).write(to: file)
            return
        }
        let kept = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let difference = text.split(separator: "\n", omittingEmptySubsequences: false)
            .difference(from: kept.split(separator: "\n", omittingEmptySubsequences: false))
        let lines = difference.map { change in
            switch change {
            case .insert(let offset, let line, _): "+\(offset + 1): \(line)"
            case .remove(let offset, let line, _): "-\(offset + 1): \(line)"
            }
        }
        #expect(text == kept, "\(name) differs:\n\(lines.joined(separator: "\n"))", sourceLocation: location)
    }
}
