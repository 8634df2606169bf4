import CXattr

/// A POSIX access control list of a file (acl(5)), written as the kernel takes it, without a library.
enum AccessControlList {
    /// Lets one group more read and write a file whose permissions are otherwise those of its mode.
    ///
    /// - Returns: Whether the file system took it; some know no such lists.
    static func add(group: UInt32, to path: String, mode: UInt32) -> Bool {
        let list = bytes(group: group, mode: mode)
        return setxattr(path, "system.posix_acl_access", list, list.count, 0) == 0
    }

    /// The list as linux/posix_acl_xattr.h has it, little-endian: version 2, then entries of tag, permission and number,
    /// in the order of the tags.
    static func bytes(group: UInt32, mode: UInt32) -> [UInt8] {
        // ACL_USER_OBJ, ACL_GROUP_OBJ, ACL_GROUP, ACL_MASK, ACL_OTHER; all but ACL_GROUP are about nobody's number.
        let nobody = UInt32.max
        let entries: [(tag: UInt16, permission: UInt32, number: UInt32)] = [
            (0x01, mode >> 6 & 7, nobody), (0x04, mode >> 3 & 7, nobody), (0x08, 6, group),
            (0x10, mode >> 3 & 7 | 6, nobody), (0x20, mode & 7, nobody),
        ]
        var bytes = littleEndian(UInt32(2))
        for entry in entries {
            bytes += littleEndian(entry.tag) + littleEndian(UInt16(entry.permission)) + littleEndian(entry.number)
        }
        return bytes
    }

    private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
