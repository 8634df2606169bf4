import Foundation
import LabSupport

/// Configuration files as a provisioning server has them.
enum Document {
    /// An initial file that names device files by their parts of the path, `nil` for none.
    static func initial(standard: String? = nil, product: String? = nil, master: String? = nil, root: String? = nil)
        -> String
    {
        func element(_ name: String, _ value: String?) -> String { value.map { "<\(name)>\($0)</\(name)>" } ?? "" }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <PANASIPPhoneConfig>
              <Initial>
                <Certs>\(element("CFG_ROOT_CERTIFICATE_PATH1", root))</Certs>
                <CfgFiles>
                  \(element("CFG_STANDARD_FILE_PATH", standard))
                  \(element("CFG_PRODUCT_FILE_PATH", product))
                  \(element("CFG_MASTER_FILE_PATH", master))
                </CfgFiles>
              </Initial>
            </PANASIPPhoneConfig>
            """
    }

    /// A device file that sets the registrar of line 1, and more parameters of System/Prov.
    static func device(registrar: String, prov: String = "") -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <PANASIPPhoneConfig>
          <Device>
            <System><Prov>\(prov)</Prov></System>
            <Lines><Line idx="1"><Sip><SIP_RGSTR_ADDR>\(registrar)</SIP_RGSTR_ADDR></Sip></Line></Lines>
          </Device>
        </PANASIPPhoneConfig>
        """
    }
}

extension Daemon {
    /// The value of a parameter, as `phoneprovctl get` prints it.
    func value(of name: String) async throws -> String {
        let done = try await ctl(["get", name])
        guard done.status == 0 else {
            throw LabError.commandFailed(
                command: "phoneprovctl get \(name)",
                status: "\(done.exit)",
                output: done.errors
            )
        }
        return done.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Sets a parameter as the user would, and must succeed.
    func set(_ name: String, _ value: String) async throws {
        let done = try await ctl(["set", name, value])
        guard done.status == 0 else {
            throw LabError.commandFailed(
                command: "phoneprovctl set \(name)",
                status: "\(done.exit)",
                output: done.errors
            )
        }
    }

    /// Starts a run and waits for its end.
    func provision() async throws -> PhoneStatus {
        _ = try await ctl(["provision"])
        return try await waitForRun()
    }

    /// What `phoneprovctl explain` says of a step of the last run, notes included.
    func text(ofStep step: Int) async throws -> String {
        struct Run: Decodable {
            struct Step: Decodable {
                let step: Int
                let detail: String
                let notes: [String]
            }
            let steps: [Step]
        }
        let run = try await json(Run.self, ["explain", "--json"])
        return run.steps.filter { $0.step == step }.map { ([$0.detail] + $0.notes).joined(separator: "\n") }.joined()
    }
}
