import Foundation
import LabSupport
import Testing

/// What people do with the pages, in a real browser.
@Suite("Web programming in Chromium")
struct BrowserTests {
    @Test("signing in, a URL by hand, provision now, a refused value, what holds a value fast, a factory reset")
    func journey() async throws {
        try await WebSite.with { site in
            _ = try await site.daemon.waitForRun()
            let browser = try await Browser.start(in: site.lab)

            // Nobody sees anything without signing in, and is led back to where they wanted to go.
            try await browser.open("\(WebSite.phone)/provisioning")
            #expect(try await browser.path().hasPrefix("/sign-in?next="))
            try await browser.type("admin", into: "#account")
            try await browser.type("adminpass", into: "#password")
            try await browser.click("main button[type=submit]")
            try await browser.wait(for: "No account has this name and password", in: "[role=alert]")
            try await browser.type(try await site.firstPassword(), into: "#password")
            try await browser.click("main button[type=submit]")
            try await browser.waitForPath("\(WebSite.phone)/provisioning")

            // A value that cannot be is refused, whole, and what was typed is still there.
            try await browser.type("file:///etc/passwd", into: "#field-USR_PROV_SVR_URL")
            try await browser.click("form.stack button:not(.quiet)")
            try await browser.wait(for: "Nothing was changed", in: "[role=alert]")
            #expect(try await browser.has("#field-USR_PROV_SVR_URL[aria-invalid=true]"))
            #expect(
                try await browser.text("return document.querySelector('#field-USR_PROV_SVR_URL').value")
                    == "file:///etc/passwd"
            )
            #expect(try await site.daemon.value(of: "USR_PROV_SVR_URL").isEmpty)

            try await browser.type("\(WebSite.server)/a.cfg", into: "#field-USR_PROV_SVR_URL")
            try await browser.click("form.stack button:not(.quiet)")
            try await browser.wait(for: "Saved", in: "[role=status]")
            #expect(try await site.daemon.value(of: "USR_PROV_SVR_URL") == "\(WebSite.server)/a.cfg")

            // The run arrives by itself: the page is not loaded again.
            try await browser.open(WebSite.phone)
            try await browser.wait(for: "Failed", in: "#state")
            _ = try await browser.text("window.stillTheSame = 'yes'; return ''")
            try await eventuallyTrue("the page to be live") {
                try await browser.text("return document.documentElement.dataset.liveState ?? ''") == "on"
            }
            _ = try await site.daemon.ctl(["provision"])
            try await browser.wait(for: "Provisioned", in: "#state h2")
            try await browser.wait(for: "set by hand", in: "#state")
            #expect(try await browser.text("return window.stillTheSame ?? ''") == "yes")
            #expect(try await browser.read("#run").contains("download"))
            try await browser.wait(for: "Provisioned", in: "#announce")

            // Settings say where they come from, and R holds one fast.
            try await browser.open("\(WebSite.phone)/settings?q=CFG_CYCLIC")
            #expect(try await browser.read("main").contains("initial file"))
            try await browser.open("\(WebSite.phone)/settings/CFG_CYCLIC")
            #expect(try await browser.read("main").contains("Held fast"))
            #expect(try await browser.has("button[value=set]") == false)
            try await browser.open("\(WebSite.phone)/settings/CFG_CYCLIC_INTVL")
            try await browser.type("60", into: "#field-CFG_CYCLIC_INTVL")
            try await browser.click("button[value=set]")
            try await browser.wait(for: "does not count", in: "[role=status]")
            try await browser.open("\(WebSite.phone)/settings/CFG_RTRY_INTVL")
            try await browser.type("0", into: "#field-CFG_RTRY_INTVL")
            try await browser.click("button[value=set]")
            try await browser.wait(for: "was not taken", in: "[role=alert]")
            #expect(try await site.daemon.value(of: "CFG_RTRY_INTVL") == "15")

            // No secret stands in any page.
            for path in ["", "/settings?show=all", "/settings/SIP_PASS_1", "/history/2"] {
                try await browser.open(WebSite.phone + path)
                #expect(
                    try await browser.text("return document.documentElement.outerHTML").contains("hidden-secret")
                        == false
                )
            }

            try await browser.open("\(WebSite.phone)/maintenance")
            try await browser.click("input[name=sure]")
            try await browser.click("button.harm")
            try await browser.wait(for: "factory defaults", in: "[role=status]")
            try await eventuallyTrue("the URL to be forgotten") {
                try await site.daemon.value(of: "USR_PROV_SVR_URL").isEmpty
            }
            try await browser.click("form.out button")
            try await browser.wait(for: "You have signed out", in: "main")
            try await browser.open(WebSite.phone)
            #expect(try await browser.path().hasPrefix("/sign-in"))
        }
    }
}
