import LabSupport
import Testing

/// What people do with the pages who have no JavaScript, or no mouse.
@Suite("Web programming without JavaScript, and by keyboard")
struct BrowserAbilityTests {
    private static let url = "\(WebSite.server)/a.cfg"

    @Test("without JavaScript: signing in, a refused URL, a URL by hand, provision now, the run when loaded again")
    func withoutJavaScript() async throws {
        try await WebSite.with { site in
            _ = try await site.daemon.waitForRun()
            let browser = try await Browser.start(in: site.lab, javaScript: false)
            try await site.signIn(browser)
            try await browser.open("\(WebSite.phone)/provisioning")
            try await browser.type("file:///etc/passwd", into: "#field-USR_PROV_SVR_URL")
            try await browser.click("form.stack button:not(.quiet)")
            try await browser.wait(for: "Nothing was changed", in: "[role=alert]")
            #expect(try await browser.has("#field-USR_PROV_SVR_URL[value='file:///etc/passwd'][aria-invalid=true]"))
            #expect(try await site.daemon.value(of: "USR_PROV_SVR_URL") == "")
            try await browser.type(Self.url, into: "#field-USR_PROV_SVR_URL")
            try await browser.click("form.stack button:not(.quiet)")
            try await browser.wait(for: "Saved", in: "[role=status]")
            try await browser.click("form.stack button.quiet")
            try await browser.waitForPath("\(WebSite.phone)?done=provision")
            _ = try await site.daemon.ctl(["wait", "--state", "provisioned", "--timeout", "20"])
            try await browser.open(WebSite.phone)
            #expect(try await browser.read("#state h2") == "Provisioned")
            #expect(try await browser.read("#state").contains(Self.url))
            #expect(try await browser.has("details.notes[open]") == false)
            try await browser.click("#notes-8 summary")
            #expect(try await browser.has("#notes-8[open]"), "it opens by itself")
            // The script of the page has not run: nothing says that it would be live.
            #expect(try await browser.has("script[src]"))
            #expect(try await browser.has("html[data-live-state]") == false)
        }
    }

    @Test("by keyboard: the focus is seen and goes from top to bottom, past the head of the page if one likes")
    func keyboard() async throws {
        try await WebSite.with { site in
            _ = try await site.daemon.waitForRun()
            let browser = try await Browser.start(in: site.lab)
            try await browser.open("/sign-in")
            try await browser.tab(to: "#account")
            try await browser.press("admin" + Key.tab + (try await site.firstPassword()) + Key.enter)
            try await browser.waitForPath(WebSite.phone)

            // From the top of the page everything is reached once, in the order in which it is read.
            let walked = try await browser.walk()
            #expect(walked.first == "a.skip" && walked.count > 10, "\(walked)")
            try await browser.open(WebSite.phone)
            try await browser.tab(to: "nav a[href$='/provisioning']")
            try await browser.press(Key.enter)
            try await browser.waitForPath("\(WebSite.phone)/provisioning")
            try await browser.tab(to: "#field-USR_PROV_SVR_URL")
            try await browser.press(Self.url + Key.enter)
            try await browser.wait(for: "Saved", in: "[role=status]")
            #expect(try await site.daemon.value(of: "USR_PROV_SVR_URL") == Self.url)

            // The first stop leads past the head of the page; the next is the first thing to do.
            try await browser.open(WebSite.phone)
            try await browser.tab(to: "a.skip")
            try await browser.press(Key.enter + Key.tab)
            #expect(try await browser.has("#state button:focus-visible"))
            try await browser.press(Key.space)
            try await browser.wait(for: "Provisioned", in: "#state h2")
            try await browser.tab(to: "#notes-8 summary")
            try await browser.press(Key.enter)
            #expect(try await browser.has("#notes-8[open]"))

            try await browser.open("\(WebSite.phone)/maintenance")
            try await browser.tab(to: "input[name=sure]")
            try await browser.press(Key.space + Key.tab + Key.enter)
            try await browser.wait(for: "factory defaults", in: "[role=status]")
        }
    }
}

/// Keys as WebDriver numbers them (section "Keyboard actions").
private enum Key {
    static let tab = "\u{E004}"
    static let enter = "\u{E007}"
    static let space = " "
}

extension Browser {
    /// What has the focus, for a person who reads the test, and what is wrong with how it shows; empty when nothing is.
    private func focused() async throws -> (name: String, fault: String) {
        let text = try await text(
            """
            const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
            const name = e.id ? "#" + e.id : e.tagName.toLowerCase() + (e.className ? "." + e.className : "");
            const ringed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            const inside = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
            const before = window.lastFocus;
            const follows = !before || !before.isConnected || before === document.body
              || (before.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
            window.lastFocus = e;
            if (e === document.body) return "body\\n";
            return name + "\\n" + [!ringed && "has no ring", !inside && "is out of sight", !follows && "comes too late"]
              .filter(Boolean).join(", ");
            """
        )
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return (lines.first ?? "", lines.dropFirst().first ?? "")
    }

    /// Presses Tab until an element has the focus.
    fileprivate func tab(to selector: String) async throws {
        for _ in 0..<60 {
            try await press(Key.tab)
            let (name, fault) = try await focused()
            #expect(fault.isEmpty, "\(name) \(fault)")
            if try await has("\(selector):focus") { return }
        }
        Issue.record("Tab does not lead to \(selector)")
    }

    /// Presses Tab from the top of the page to its end, once: what had the focus.
    fileprivate func walk() async throws -> [String] {
        var names: [String] = []
        while names.count < 60 {
            try await press(Key.tab)
            let (name, fault) = try await focused()
            if name == "body" || name == names.first { return names }
            #expect(fault.isEmpty, "\(name) \(fault)")
            names.append(name)
        }
        Issue.record("there is no end to \(names)")
        return names
    }
}
