import Foundation

/// Where the lab finds its parts: the source tree, the root that `make-root` made, and the programs under test.
public enum LabPlaces {
    /// The top of the source tree, found from this file's own place, or PHONEPROVD_SOURCE when that is set.
    public static let repository: URL = {
        if let given = ProcessInfo.processInfo.environment["PHONEPROVD_SOURCE"] { return URL(filePath: given) }
        // A build may see this directory through a symbolic link; the tree is where the link leads.
        var place = URL(filePath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<4 { place.deleteLastPathComponent() }
        return place
    }()

    /// The lab's directory, `.lab` in the source tree, or PHONEPROVD_LAB when that is set.
    public static let lab: URL = {
        if let given = ProcessInfo.processInfo.environment["PHONEPROVD_LAB"] { return URL(filePath: given) }
        return repository.appending(path: ".lab")
    }()

    /// The Debian root that `make-root` made. Never written to: programs run in a throw-away copy of it.
    public static var root: URL { lab.appending(path: "root") }

    /// A script of the lab, by its name, such as `make-root`.
    static func script(_ name: String) -> String { repository.appending(path: "Tests/Lab/\(name)").plainPath }

    /// The directory of the programs under test: PHONEPROVD_PROGRAMS, or where this test program itself was built.
    public static let programs: URL = {
        if let given = ProcessInfo.processInfo.environment["PHONEPROVD_PROGRAMS"] { return URL(filePath: given) }
        return URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }()

    /// The Debian package that `make deb` made last, or PHONEPROVD_PACKAGE when that is set; nil when there is none.
    public static let debianPackage: URL? = {
        if let given = ProcessInfo.processInfo.environment["PHONEPROVD_PACKAGE"] { return URL(filePath: given) }
        let build = repository.appending(path: ".build")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: build.plainPath)) ?? []
        return names.filter { $0.hasPrefix("phoneprovd_") && $0.hasSuffix(".deb") }.max().map {
            build.appending(path: $0)
        }
    }()

    /// The Debian package of web programming, made together with ``debianPackage``; nil when there is none.
    public static let webPackage: URL? = debianPackage.flatMap { package in
        let name = package.lastPathComponent.replacing("phoneprovd", with: "phoneprov-web", maxReplacements: 1)
        let place = package.deletingLastPathComponent().appending(path: name)
        return FileManager.default.fileExists(atPath: place.plainPath) ? place : nil
    }

    /// Makes sure that the lab can run here.
    /// - Throws: `LabError.notReady` with what to run: the lab needs root, and a root file system that is up to date.
    public static func requireReady() throws {
        if let fault = readiness { throw fault }
    }

    /// Asked once in a process: `make-root --check` takes a few milliseconds, and nothing changes under a test run.
    private static let readiness: LabError? = {
        let remedy = "Run: sudo Tests/Lab/make-root, then the tests as root"
        guard geteuid() == 0 else {
            return .notReady(reason: "network namespaces need root", remedy: remedy)
        }
        let check = Process()
        check.executableURL = URL(filePath: script("make-root"))
        check.arguments = ["--check"]
        check.standardOutput = FileHandle.nullDevice
        check.standardError = FileHandle.nullDevice
        do {
            try check.run()
        } catch {
            return .notReady(reason: "\(script("make-root")) cannot be run: \(error)", remedy: remedy)
        }
        check.waitUntilExit()
        guard check.terminationStatus == 0 else {
            return .notReady(reason: "\(root.plainPath) is missing or out of date", remedy: remedy)
        }
        return nil
    }()
}

extension URL {
    /// The path as programs and configuration files take it: not percent-encoded, without a slash at its end.
    var plainPath: String {
        let text = path(percentEncoded: false)
        return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
