import Testing

@testable import PhoneAgent

struct IdleMemoryTests {
    @Test(arguments: [
        ("55d08fc90000-55d09209a000 r-xp 00000000 fe:00 1049 /usr/sbin/phoneprovd", UInt(0x55d0_8fc9_0000)),
        ("55d08fc90000-55d09209a000 rw-p 00000000 fe:00 1049 /usr/sbin/phoneprovd", nil),
        ("55d08fc90000-55d09209a000 r--p 00000000 fe:00 1049 /usr/sbin/phoneprovd", nil),
        ("55d08fc90000-55d09209a000 r-xp 00000000 fe:00 1049   /usr/lib/libc.so.6", UInt(0x55d0_8fc9_0000)),
        ("7ffd1000-7ffd2000 r-xp 00000000 00:00 0 [vdso]", nil), ("", nil),
        ("x-y r-xp 0 0 0 /usr/sbin/phoneprovd", nil),
    ])
    func `only code that nobody can write is let go of`(line: String, start: UInt?) {
        #expect(IdleMemory.codeOfFile(line)?.lowerBound == start)
    }

    @Test func `the program goes on afterwards`() {
        IdleMemory.giveBack()
        #expect((1...100).map(String.init).joined().count == 192)
    }
}
