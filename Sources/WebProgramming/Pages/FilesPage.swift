import Control
import Hummingbird

extension Site {
    func addFiles(to router: Router<WebContext>) {
        router.get("/phones/{mac}/files") { request, context in
            try await visitPhone(request, context, as: .administrator) { phone in
                let files = try await phone.ask(SavedFilesRequest(phone: phone.mac)).files
                return page(
                    phone,
                    .files,
                    template: "files",
                    ["files": files.map { Self.file($0, phone) }, "isEmpty": files.isEmpty]
                )
            }
        }
        router.get("/phones/{mac}/files/{file}") { request, context in
            try await visitPhone(request, context, as: .administrator) { phone in
                let name = try context.parameters.require("file")
                let document: SavedDocumentReply
                do throws(ControlClientError) {
                    document = try await phone.ask(SavedDocumentRequest(phone: phone.mac, file: name))
                } catch {
                    if case .control(.invalidValue) = error { throw SiteError.notFound }
                    throw error
                }
                return page(phone, .files, title: "\(name) file", template: "document", Self.document(document, phone))
            }
        }
    }

    private static func file(_ file: SavedFileSummary, _ phone: VisitedPhone) -> View {
        var view: View = [
            "file": file.file, "url": file.url, "bytes": Words.bytes(file.bytes), "sha256": file.sha256,
        ]
        view["received"] = Instant.view(file.receivedAt)
        // Certificates are no documents to look at.
        if !file.file.hasPrefix("root-") { view["href"] = "\(phone.path)/files/\(file.file.percentEncoded)" }
        return view
    }

    private static func document(_ document: SavedDocumentReply, _ phone: VisitedPhone) -> View {
        let byLine = Dictionary(grouping: document.messages.filter { $0.line != nil }) { $0.line ?? 0 }
        let lines = document.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var view = file(document.file, phone)
        view["heading"] = document.file.file
        view["encryption"] = document.encryption
        view["errors"] = count(document.messages.count { $0.severity == "error" }, "error")
        view["warnings"] = count(document.messages.count { $0.severity != "error" }, "warning")
        view["isClean"] = document.messages.isEmpty
        view["general"] = document.messages.filter { $0.line == nil }.map(message)
        view["found"] = document.messages.filter { $0.line != nil }.map { found -> View in
            message(found).merging(["line": found.line ?? 0]) { own, _ in own }
        }
        view["lines"] = lines.enumerated().map { index, text -> View in
            let messages = byLine[index + 1] ?? []
            return [
                "number": index + 1,
                "text": String(text),
                "messages": messages.map(message),
                "marked": messages.contains { $0.severity == "error" } ? "error" : messages.isEmpty ? "" : "warning",
            ]
        }
        return view
    }

    private static func message(_ message: DocumentMessage) -> View {
        ["severity": message.severity, "message": message.message]
    }

    private static func count(_ number: Int, _ word: String) -> String? {
        number == 0 ? nil : "\(number) \(word)\(number == 1 ? "" : "s")"
    }
}
