import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// The files that pages refer to. Their names change with their content, so that a browser may keep them for good.
enum Assets {
    struct Asset: Sendable {
        let path: String
        let type: String
        let content: ByteBuffer
    }

    static let style = asset("style", "css", "text/css; charset=utf-8", PackageResources.style_css)
    static let script = asset("live", "js", "text/javascript; charset=utf-8", PackageResources.live_js)
    static let icon = asset("icon", "svg", "image/svg+xml", PackageResources.icon_svg)
    static let all = [style, script, icon]

    private static func asset(_ name: String, _ suffix: String, _ type: String, _ bytes: [UInt8]) -> Asset {
        let digest = SHA256.hash(data: bytes).prefix(6).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return Asset(path: "/assets/\(name)-\(digest).\(suffix)", type: type, content: ByteBuffer(bytes: bytes))
    }

    static func response(_ asset: Asset) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable"],
            body: .init(byteBuffer: asset.content)
        )
    }
}
