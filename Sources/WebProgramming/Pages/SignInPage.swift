import Control
import HTTPTypes
import Hummingbird

extension Site {
    func addSignIn(to router: Router<WebContext>) {
        router.get("/sign-in") { request, _ in
            signInPage(request, status: .ok, fault: nil, fields: FormFields(request.uri.query ?? "") ?? FormFields())
        }
        router.post("/sign-in") { request, context in try await signIn(request, context) }
        router.post("/sign-out") { request, _ in try await signOut(request) }
    }

    private func signInPage(
        _ request: Request,
        status: HTTPResponse.Status,
        fault: String?,
        fields: FormFields
    ) -> Response {
        let cookie = Cookie.form.value(in: request.headers) ?? FormToken.random()
        var view: View = [
            "csrf": FormToken.of(cookie),
            "account": fields["account"],
            "phone": fields["phone"],
            "isPhoneGiven": !fields["phone"].isEmpty,
            "next": Self.isOwnPath(fields["next"]) ? fields["next"] : "",
        ]
        view["fault"] = fault
        view["signedOut"] = fields["done"] == "signed-out"
        var response = page(title: "Sign in", template: "sign-in", view, status: status)
        response.headers[.setCookie] = Cookie.form.setting(cookie)
        return response
    }

    private func signIn(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await form(of: request)
        guard let cookie = Cookie.form.value(in: request.headers) else { throw SiteError.foreignForm }
        try check(form["csrf"], of: cookie, request)
        let daemon = try await ControlClient.connect(to: controlSocket)
        let outcome: Result<SignInReply, ControlClientError>
        do throws(ControlClientError) {
            // A session that this browser brings is not carried on: a name that another has planted opens nothing.
            if let old = Cookie.session.value(in: request.headers) {
                _ = try await daemon.call(SignOutRequest(session: old))
            }
            let phone = form["phone"].filter { !$0.isWhitespace }
            outcome = .success(
                try await daemon.call(
                    SignInRequest(
                        phone: phone.isEmpty ? nil : phone,
                        account: form["account"],
                        password: form["password"],
                        from: context.from
                    )
                )
            )
        } catch {
            outcome = .failure(error)
        }
        await daemon.close()
        switch outcome {
        case .success(let reply):
            var response = Self.seeOther(Self.isOwnPath(form["next"]) ? form["next"] : "/")
            response.headers[.setCookie] = Cookie.session.setting(reply.session)
            return response
        case .failure(.control(.signInRefused)), .failure(.control(.noSuchPhone)):
            return signInPage(
                request,
                status: .forbidden,
                fault: "No account has this name and password. As delivered the name is admin, and the password is "
                    + "what “phoneprovctl web-password” says to root; the user’s account is closed until USER_PASS is set.",
                fields: form
            )
        case .failure(.control(.tooManyTries(let seconds))):
            var response = signInPage(
                request,
                status: .tooManyRequests,
                fault: "Too many wrong tries. Wait \(seconds) seconds, then try again.",
                fields: form
            )
            response.headers[.retryAfter] = "\(seconds)"
            return response
        case .failure(let error): throw error
        }
    }

    private func signOut(_ request: Request) async throws -> Response {
        let form = try await form(of: request)
        guard let session = Cookie.session.value(in: request.headers) else { throw SiteError.signedOut }
        try check(form["csrf"], of: session, request)
        let daemon = try await ControlClient.connect(to: controlSocket)
        _ = try await daemon.call(SignOutRequest(session: session))
        await daemon.close()
        var response = Self.seeOther("/sign-in?done=signed-out")
        response.headers[.setCookie] = Cookie.session.clearing
        return response
    }
}
