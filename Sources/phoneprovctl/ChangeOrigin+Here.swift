import Control
import Glibc

extension ChangeOrigin {
    /// Phone programming by whoever sits at this terminal.
    static var here: ChangeOrigin {
        let origin = ChangeOrigin(programming: .phone, who: person)
        return origin.isPrintable ? origin : ChangeOrigin(programming: .phone)
    }

    /// With sudo the person is not the process's user: `ann as root`.
    private static var person: String? {
        let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
        guard let user else { return nil }
        guard let before = getenv("SUDO_USER").map({ String(cString: $0) }), !before.isEmpty, before != user else {
            return user
        }
        return "\(before) as \(user)"
    }
}
