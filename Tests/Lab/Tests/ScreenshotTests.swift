import Foundation
import LabSupport
import Testing

/// Every page, in both colours and at the width of a telephone and of a desk: pictures for people, and axe-core's judgement.
@Suite("Every page of web programming")
struct ScreenshotTests {
    private static let pages: [(name: String, path: String)] = [
        ("status", WebSite.phone), ("provisioning", "\(WebSite.phone)/provisioning"),
        ("settings", "\(WebSite.phone)/settings"), ("settings-all", "\(WebSite.phone)/settings?show=all"),
        ("setting", "\(WebSite.phone)/settings/CFG_CYCLIC_INTVL"), ("locked", "\(WebSite.phone)/settings/CFG_CYCLIC"),
        ("files", "\(WebSite.phone)/files"), ("document", "\(WebSite.phone)/files/initial"),
        ("history", "\(WebSite.phone)/history"), ("run", "\(WebSite.phone)/history/1"),
        ("maintenance", "\(WebSite.phone)/maintenance"), ("not-found", "/nowhere"),
    ]

    /// Where the pictures go: SCREENSHOTS, which `make screenshots` sets, or nowhere.
    private static let place = ProcessInfo.processInfo.environment["SCREENSHOTS"].map { URL(filePath: $0) }

    @Test("is free of faults of WCAG level A and AA, light and dark, at 360 and at 1280 pixels, and fits the width")
    func pages() async throws {
        try await WebSite.with { site in
            _ = try await site.daemon.waitForRun()
            try await site.daemon.set("USR_PROV_SVR_URL", "\(WebSite.server)/a.cfg")
            _ = try await site.daemon.provision()
            let browser = try await Browser.start(in: site.lab)
            try await browser.open("/sign-in")
            try await look(at: "sign-in", browser)
            try await site.signIn(browser)
            // The judge sees what is wrong when something is.
            _ = try await browser.text(
                "document.querySelector('main').append(document.createElement('input')); return ''"
            )
            #expect(try await browser.accessibilityFaults().isEmpty == false)
            for page in Self.pages {
                try await browser.open(page.path)
                try await look(at: page.name, browser)
            }
        }
    }

    @Test("so is the list of several phones, and the page of a run that failed")
    func fleet() async throws {
        let phones = (1...12).map { number in
            DaemonConfiguration.Phone(mac: "0080F00000" + (number < 10 ? "0\(number)" : "\(number)"))
        }
        try await WebSite.with(phones: phones) { site in
            for number in [1, 2, 3, 5] {
                let mac = phones[number].mac
                let file = number == 5 ? "missing.cfg" : "a.cfg"
                _ = try await site.daemon.ctl(["--phone", mac, "set", "USR_PROV_SVR_URL", "\(WebSite.server)/\(file)"])
            }
            _ = try await site.daemon.ctl(["wait", "--timeout", "20"])
            _ = try await site.daemon.ctl(["provision"])
            _ = try await site.daemon.ctl(["wait", "--timeout", "20"])
            let browser = try await Browser.start(in: site.lab)
            try await site.signIn(browser)
            #expect(try await browser.path() == "/")
            #expect(try await browser.read("main").contains("12 of 12"))
            try await look(at: "phones", browser)
            try await browser.open("/phones/\(phones[5].mac)")
            try await look(at: "failed", browser)
        }
    }

    private func look(at name: String, _ browser: Browser) async throws {
        for width in [360, 1280] {
            for dark in [false, true] {
                try await browser.look(width: width, dark: dark)
                let faults = try await browser.accessibilityFaults()
                #expect(
                    faults.isEmpty,
                    "\(name), \(width) px, \(dark ? "dark" : "light"): \(faults.joined(separator: "\n"))"
                )
                let tooWide = try await browser.text(
                    "return document.documentElement.scrollWidth > innerWidth ? 'wide' : ''"
                )
                #expect(tooWide.isEmpty, "\(name) is wider than \(width) px")
                guard let place = Self.place else { continue }
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                let file = place.appending(path: "\(name)-\(width)-\(dark ? "dark" : "light").png")
                try await browser.screenshot().write(to: file)
            }
        }
    }
}
