import Foundation
import LabSupport
import Testing

/// A phone's settings as a file that a person takes home, and back.
@Suite("Export and import in Chromium")
struct BrowserArchiveTests {
    private static let maintenance = "\(WebSite.phone)/maintenance"

    /// Clicks Export, and waits for the whole file.
    private static func export(_ browser: Browser) async throws -> URL {
        let file = browser.files.appending(path: "phoneprovd-\(WebSite.mac).tar")
        try? FileManager.default.removeItem(at: file)
        try await browser.open(maintenance)
        try await browser.click("form[action$='/export'] button")
        // Chromium gives it its name when it is whole.
        try await eventuallyTrue("the download", within: .seconds(20)) {
            FileManager.default.fileExists(atPath: file.path(percentEncoded: false))
        }
        return file
    }

    private static func importing(_ name: String, _ browser: Browser) async throws {
        try await browser.open(maintenance)
        try await browser.choose(name, in: "#archive")
        try await browser.click("form[action$='/import'] button")
    }

    @Test(
        "what was exported brings the settings back; a damaged file changes nothing; the user's own is the user's part"
    )
    func roundTrip() async throws {
        try await WebSite.with(files: ["a.cfg": WebSite.device(admin: "adm1n-secret", user: "us3r-secret")]) { site in
            let url = "\(WebSite.server)/a.cfg"
            try await site.daemon.set("USR_PROV_SVR_URL", url)
            try await site.daemon.set("HOT_LINE_DELAY_TIME", "7")
            _ = try await site.daemon.waitForRun()
            _ = try await site.daemon.provision()
            let browser = try await Browser.start(in: site.lab)
            try await site.signIn(browser, with: "adm1n-secret")
            let archive = try await Self.export(browser)
            let whole = try Data(contentsOf: archive)

            try await site.daemon.set("HOT_LINE_DELAY_TIME", "9")
            try await site.daemon.set("DISPLAY_NAME_2", "Otto")
            var damaged = whole
            let place = try #require(damaged.firstRange(of: Data("pbx.example.com".utf8)), "the saved file").lowerBound
            damaged[place] = UInt8(ascii: "q")
            try damaged.write(to: browser.files.appending(path: "damaged.tar"))
            try await Self.importing("damaged.tar", browser)
            try await browser.wait(for: "Nothing was changed", in: "[role=alert]")
            #expect(try await browser.read("[role=alert]").contains("the archive was damaged"))
            #expect(try await site.daemon.value(of: "HOT_LINE_DELAY_TIME") == "9")
            #expect(try await site.daemon.value(of: "DISPLAY_NAME_2") == "Otto")

            try await Self.importing(archive.lastPathComponent, browser)
            try await browser.wait(for: "The archive was taken", in: "[role=status]")
            #expect(try await site.daemon.value(of: "HOT_LINE_DELAY_TIME") == "7")
            #expect(try await site.daemon.value(of: "DISPLAY_NAME_2") == "")
            #expect(try await site.daemon.value(of: "USR_PROV_SVR_URL") == url)
            try await browser.open("\(WebSite.phone)/history")
            #expect(try await browser.read("main").contains("web programming, admin from 127.0.0.1"))

            // The user takes home, and brings back, what access grants; the administrator's URL stays.
            _ = try await site.daemon.ctl(["wait", "--timeout", "20"])
            try await browser.click("form.out button")
            try await browser.wait(for: "You have signed out", in: "main")
            try await site.signIn(browser, as: "user", with: "us3r-secret")
            let part = try await Self.export(browser)
            #expect(try Data(contentsOf: part).count < whole.count)
            try await site.daemon.set("USR_PROV_SVR_URL", "\(url)?2")
            try await site.daemon.set("HOT_LINE_DELAY_TIME", "9")
            try whole.write(to: browser.files.appending(path: "whole.tar"))
            try await Self.importing("whole.tar", browser)
            try await browser.wait(for: "Nothing was changed", in: "[role=alert]")
            #expect(try await site.daemon.value(of: "HOT_LINE_DELAY_TIME") == "9")
            try await Self.importing(part.lastPathComponent, browser)
            try await browser.wait(for: "The archive was taken", in: "[role=status]")
            #expect(try await site.daemon.value(of: "HOT_LINE_DELAY_TIME") == "7")
            #expect(try await site.daemon.value(of: "USR_PROV_SVR_URL") == "\(url)?2")
        }
    }
}
