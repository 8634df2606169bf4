import Glibc
import Logging
import NIOCore
import NIOPosix
import SIP
import Synchronization
import Testing

@testable import PhoneAgent

/// The filter in the kernel, tried on a real socket of the loopback interface.
@Suite struct SIPSocketFilterTests {
    private static let prefix = "0f3c9a71"

    @Test(arguments: SIPSocketFilter.reaches)
    func aProgramIsNoLongerThanTheKernelTakes(reach: Int) {
        let program = SIPSocketFilter.program(Array(Self.prefix.utf8), reach: reach)
        #expect(program.count <= 4_096)
        #expect(program.last == .take(0))
        // Every way out of a comparison that holds ends at an instruction that takes the datagram.
        for (index, instruction) in program.enumerated() where instruction.jumpTrue > 0 {
            #expect(program[index + 1 + Int(instruction.jumpTrue)] == .take(.max))
        }
    }

    /// Collects what arrives.
    private final class Inbox: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        private let texts = Mutex<[String]>([])

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(decoding: unwrapInboundIn(data).data.readableBytesView, as: UTF8.self)
            texts.withLock { $0.append(text) }
        }

        var all: [String] { texts.withLock { $0 } }

        func wait(for text: String) async throws {
            for _ in 0..<1_000 where !all.contains(text) { try await Task.sleep(for: .milliseconds(10)) }
            #expect(all.contains(text), "\(text) did not arrive: \(all)")
        }
    }

    @Test func onlyDatagramsWithThePrefixArriveUntilEverybodyIsLetInAgain() async throws {
        let loops = MultiThreadedEventLoopGroup.singleton
        let inbox = Inbox()
        let channel = try await DatagramBootstrap(group: loops)
            .channelInitializer { $0.pipeline.addHandler(inbox) }
            .bind(host: "127.0.0.1", port: 0).get()
        let sender = try await DatagramBootstrap(group: loops).bind(host: "127.0.0.1", port: 0).get()
        let to = try #require(channel.localAddress)
        func send(_ text: String) async throws {
            try await sender.writeAndFlush(AddressedEnvelope(remoteAddress: to, data: ByteBuffer(string: text)))
        }
        func set(_ admission: SIPAdmission) async throws {
            try await channel.eventLoop.submit {
                SIPSocketFilter.set(admission, on: channel, Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            }.get()
        }
        // Datagrams of one sender to one socket of this machine arrive in the order in which they are sent.
        try await set(.callIDs(beginningWith: Self.prefix))
        for length in 0..<9 {
            let lead = "NOTIFY " + String(repeating: "x", count: length)
            try await send("\(lead) Call-ID: \(Self.prefix)0123456789abcdef0123456789abcdef \(length)")
            try await send("\(lead) Call-ID: 5b2e84d70123456789abcdef0123456789abcdef")
        }
        let far = String(repeating: "y", count: 440) + Self.prefix + "0123 far"
        try await send("")
        try await send("garbage")
        try await send(String(repeating: "z", count: 5_000))
        try await send(far)
        try await inbox.wait(for: far)
        #expect(inbox.all.count == 10 && inbox.all.allSatisfy { $0.contains(Self.prefix) }, "\(inbox.all)")

        try await set(.callIDs(beginningWith: "ffffffff"))
        try await send("with the other prefix: \(Self.prefix)")
        try await set(.everybody)
        try await set(.everybody)
        try await send("anybody")
        try await inbox.wait(for: "anybody")
        #expect(inbox.all.count == 11, "\(inbox.all)")
        try await channel.close().get()
        try await sender.close().get()
    }
}
