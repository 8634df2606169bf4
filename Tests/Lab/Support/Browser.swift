import Foundation
import Glibc

/// Chromium without a window, driven over WebDriver (W3C WebDriver, chromedriver of Debian 12), on the phone's host.
public final class Browser: Sendable {
    private let http: LabHTTP
    private let session: String
    /// chromedriver's process.
    public let process: LabProcess
    /// Where what is downloaded comes to lie, and what is uploaded has to.
    public let files: URL

    /// The port of chromedriver in the phone's namespace.
    private static let port: UInt16 = 9515
    /// The longest time for one command; loading a page is one.
    private static let limit = Duration.seconds(60)
    /// Where the browser sees ``files``.
    private static let filesInside = "/run/browser"

    /// Starts a browser, in which scripts run unless said otherwise.
    /// - Parameter javaScript: whether pages may run scripts.
    public static func start(in network: LabNetwork, javaScript: Bool = true) async throws -> Browser {
        let words = ["chromedriver", "--port=\(port)", "--allowed-origins=*"]
        let files = try network.makeDirectory("browser")
        let process = try network.start(
            LabCommand(
                words,
                in: network.phone,
                insideRoot: true,
                binds: [LabCommand.Bind(files.plainPath, at: filesInside)],
                setup: "mkdir -p /dev/shm"
            ),
            name: "chromedriver"
        )
        try await process.waitUntil("chromedriver to listen", within: .seconds(20)) {
            try network.phone.listens(tcp: port)
        }
        let http = LabHTTP(namespace: network.phone, port: port)
        var options: [String: Any] = [
            "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                "--disable-background-networking", "--disable-component-update", "--no-first-run",
                "--force-prefers-reduced-motion",
            ]
        ]
        if !javaScript { options["prefs"] = ["profile.managed_default_content_settings.javascript": 2] }
        let capabilities: [String: Any] = [
            "capabilities": [
                "alwaysMatch": [
                    "acceptInsecureCerts": true, "goog:chromeOptions": options,
                    "timeouts": ["pageLoad": 30_000, "script": 30_000],
                ]
            ]
        ]
        let answer = try await send(http, "POST", "/session", capabilities)
        guard let session = (answer as? [String: Any])?["sessionId"] as? String else {
            throw LabError.unreadable(what: "chromedriver's new session", text: "\(answer)")
        }
        let browser = Browser(http, session, process, files)
        let downloads = ["behavior": "allow", "downloadPath": filesInside]
        try await browser.devTools("Browser.setDownloadBehavior", downloads)
        return browser
    }

    private init(_ http: LabHTTP, _ session: String, _ process: LabProcess, _ files: URL) {
        self.http = http
        self.session = session
        self.process = process
        self.files = files
    }

    private static func send(_ http: LabHTTP, _ method: String, _ path: String, _ body: Any?) async throws -> Any {
        let data = try body.map { try JSONSerialization.data(withJSONObject: $0) }
        let (status, answer) = try await http.send(method, path, data, within: limit)
        let value = (try JSONSerialization.jsonObject(with: answer) as? [String: Any])?["value"]
        guard status == 200 else {
            let message = (value as? [String: Any])?["message"] as? String ?? ""
            throw LabError.unreadable(what: "chromedriver's answer to \(path)", text: message)
        }
        return value ?? NSNull()
    }

    private func command(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> Any {
        try await Self.send(http, method, "/session/\(session)\(path)", method == "POST" ? body ?? [:] : nil)
    }

    /// Loads a page of the pages under test.
    public func open(_ path: String) async throws {
        _ = try await command("POST", "/url", ["url": path.hasPrefix("https:") ? path : WebProgram.origin + path])
    }

    /// The path of the page that is shown, with its query.
    public func path() async throws -> String {
        let url = try await command("GET", "/url") as? String ?? ""
        return url.hasPrefix(WebProgram.origin) ? String(url.dropFirst(WebProgram.origin.count)) : url
    }

    /// Waits until the page of this path is shown: a click does not wait for where it leads.
    public func waitForPath(_ path: String, within limit: Duration = .seconds(20)) async throws {
        try await eventuallyTrue("the page \(path)", within: limit) { try await self.path() == path }
    }

    /// Runs a script that returns a text.
    public func text(_ script: String, _ arguments: [Any] = []) async throws -> String {
        try await command("POST", "/execute/sync", ["script": script, "args": arguments]) as? String ?? ""
    }

    /// Waits until a script, of one expression, returns a text.
    public func textAsync(_ script: String) async throws -> String {
        try await command("POST", "/execute/async", ["script": script, "args": [Any]()]) as? String ?? ""
    }

    /// What a person reads on the page: the text of the first element that the CSS selector finds.
    public func read(_ selector: String = "body") async throws -> String {
        try await text("return document.querySelector(arguments[0])?.innerText ?? ''", [selector])
    }

    /// Whether there is such an element.
    public func has(_ selector: String) async throws -> Bool {
        try await text("return document.querySelector(arguments[0]) ? 'y' : ''", [selector]) == "y"
    }

    private func element(_ selector: String) async throws -> String {
        let found = try await command("POST", "/element", ["using": "css selector", "value": selector])
        guard let id = (found as? [String: String])?.values.first else {
            throw LabError.unreadable(what: "the element \(selector)", text: "\(found)")
        }
        return id
    }

    /// Clicks an element as a mouse does.
    public func click(_ selector: String) async throws {
        _ = try await command("POST", "/element/\(try await element(selector))/click")
    }

    /// Types into a field what shall stand there, with keys as a person does.
    public func type(_ text: String, into selector: String) async throws {
        let id = try await element(selector)
        _ = try await command("POST", "/element/\(id)/clear")
        _ = try await command("POST", "/element/\(id)/value", ["text": text])
    }

    /// Chooses a file of ``files`` in a field for files.
    public func choose(_ file: String, in selector: String) async throws {
        let path = "\(Self.filesInside)/\(file)"
        _ = try await command("POST", "/element/\(try await element(selector))/value", ["text": path])
    }

    /// Presses keys where the focus is; special keys as WebDriver numbers them.
    public func press(_ keys: String) async throws {
        let actions = keys.flatMap { [["type": "keyDown", "value": "\($0)"], ["type": "keyUp", "value": "\($0)"]] }
        let body: [String: Any] = ["actions": [["type": "key", "id": "keys", "actions": actions]]]
        _ = try await command("POST", "/actions", body)
    }

    /// Waits until the page, or an element of it, shows a text.
    public func wait(for text: String, in selector: String = "body", within limit: Duration = .seconds(20)) async throws
    {
        try await eventuallyTrue("‘\(text)’ on the page", within: limit) {
            try await self.read(selector).contains(text)
        }
    }

    /// The cookies of the page.
    public func cookies() async throws -> [[String: any Sendable]] {
        let found = try await command("GET", "/cookie") as? [[String: Any]] ?? []
        return found.map { cookie in
            cookie.mapValues { value -> any Sendable in (value as? Bool) ?? "\(value)" }
        }
    }

    /// Gives the page's host a cookie, as another who can write one would.
    public func setCookie(_ name: String, _ value: String) async throws {
        let cookie: [String: Any] = [
            "name": name, "value": value, "path": "/", "secure": true, "httpOnly": true, "sameSite": "Strict",
        ]
        _ = try await command("POST", "/cookie", ["cookie": cookie])
    }

    /// Makes the window look like a screen of this width, light or dark (Chrome DevTools Protocol).
    public func look(width: Int, dark: Bool) async throws {
        try await devTools(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false,
            ]
        )
        try await devTools(
            "Emulation.setEmulatedMedia",
            [
                "features": [["name": "prefers-color-scheme", "value": dark ? "dark" : "light"]]
            ]
        )
    }

    /// A picture of the whole page, PNG.
    public func screenshot() async throws -> Data {
        let answer = try await devTools("Page.captureScreenshot", ["format": "png", "captureBeyondViewport": true])
        guard let text = (answer as? [String: Any])?["data"] as? String, let data = Data(base64Encoded: text) else {
            throw LabError.unreadable(what: "the screenshot", text: "\(answer)")
        }
        return data
    }

    @discardableResult
    private func devTools(_ method: String, _ parameters: [String: Any]) async throws -> Any {
        try await command("POST", "/goog/cdp/execute", ["cmd": method, "params": parameters])
    }

    /// What axe-core finds against WCAG 2.0 to 2.2, level A and AA, on the page that is shown: one line each, none when
    /// there is nothing.
    public func accessibilityFaults() async throws -> [String] {
        let axe = try String(
            contentsOf: LabPlaces.root.appending(path: "usr/share/axe-core/axe.min.js"),
            encoding: .utf8
        )
        // The page's own rules would forbid a script from elsewhere; WebDriver's are not the page's.
        _ = try await text(axe + "; return 'there'")
        let found = try await textAsync(
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then(
              (result) => done(result.violations.map((fault) => fault.id + ": " + fault.help + ": "
                + fault.nodes.map((node) => node.html.slice(0, 160)).join(" | ")).join("\\n")),
              (error) => done("axe-core failed: " + error));
            """
        )
        return found.split(separator: "\n").map(String.init)
    }

    /// Ends the browser.
    public func stop() async {
        _ = try? await command("DELETE", "")
        await process.stop()
    }
}
