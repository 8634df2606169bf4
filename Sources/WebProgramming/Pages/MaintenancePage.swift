import Control
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Site {
    func addMaintenance(to router: Router<WebContext>) {
        router.get("/phones/{mac}/maintenance") { request, context in
            try await visitPhone(request, context) { phone in maintenancePage(phone) }
        }
        router.post("/phones/{mac}/maintenance/provision") { request, context in
            try await changePhone(request, context, as: .administrator) { phone, _ in
                _ = try await phone.ask(ProvisionRequest(phone: phone.mac))
                return Self.seeOther("\(phone.path)?done=provision")
            }
        }
        router.post("/phones/{mac}/maintenance/reboot") { request, context in
            try await changePhone(request, context, as: .administrator) { phone, _ in
                _ = try await phone.ask(RebootRequest(phone: phone.mac))
                return Self.seeOther("\(phone.path)?done=reboot")
            }
        }
        router.post("/phones/{mac}/maintenance/factory-reset") { request, context in
            try await changePhone(request, context, as: .administrator) { phone, form in
                guard form["sure"] == "yes" else {
                    return maintenancePage(phone, fault: "Nothing was done: say that you are sure first.")
                }
                _ = try await phone.ask(FactoryResetRequest(phone: phone.mac))
                return Self.seeOther("\(phone.path)?done=factory-reset")
            }
        }
    }

    /// The most that an import may have, in bytes: what the daemon takes of an archive, and the form around it.
    static let maximumImportBytes = 1_600_000

    func addArchive(to router: Router<WebContext>) {
        router.post("/phones/{mac}/maintenance/export") { request, context in
            try await changePhone(request, context) { phone, _ in
                let reply = try await phone.ask(ExportRequest(phone: phone.mac))
                guard let archive = Data(base64Encoded: reply.archive) else { throw SiteError.notFound }
                return Response(
                    status: .ok,
                    headers: [
                        .contentType: "application/x-tar",
                        .contentDisposition: "attachment; filename=\"phoneprovd-\(phone.mac).tar\"",
                    ],
                    body: .init(byteBuffer: ByteBuffer(bytes: archive))
                )
            }
        }
        router.post("/phones/{mac}/maintenance/import") { request, context in
            try await visitPhone(request, context) { phone in try await importArchive(request, phone) }
        }
    }

    private func importArchive(_ request: Request, _ phone: VisitedPhone) async throws -> Response {
        guard let boundary = MultipartForm.boundary(ofContentType: request.headers[.contentType] ?? "") else {
            throw SiteError.badForm("It is not of the kind that a page of this phone sends.")
        }
        let body = try await Self.body(of: request, limit: Self.maximumImportBytes)
        guard let form = MultipartForm(body, boundary: boundary) else {
            throw SiteError.badForm("Its parts cannot be read. Go back, load the page again, and send it again.")
        }
        try check(form.text("csrf"), of: phone.visitor.session, request)
        guard let archive = form.bytes("archive"), !archive.isEmpty else {
            return maintenancePage(phone, fault: "Nothing was done: choose a file first.")
        }
        do throws(ControlClientError) {
            _ = try await phone.ask(
                ImportRequest(
                    phone: phone.mac,
                    archive: Data(archive).base64EncodedString(),
                    fromOtherPhone: form.text("other") == "yes"
                )
            )
        } catch {
            guard case .control(let refusal) = error else { throw error }
            return maintenancePage(phone, fault: "Nothing was changed. \(refusal)")
        }
        return Self.seeOther("\(phone.path)?done=import")
    }

    private func maintenancePage(_ phone: VisitedPhone, fault: String? = nil) -> Response {
        var view: View = [:]
        view["fault"] = fault
        return page(phone, .maintenance, template: "maintenance", view, status: fault == nil ? .ok : .badRequest)
    }
}
