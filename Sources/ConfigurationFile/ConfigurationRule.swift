/// One kind of message about configuration files, as reports list them beside the messages.
public struct ConfigurationRule: Hashable, Sendable {
    /// The code of its messages; it stays the same from version to version.
    public let id: String
    /// One sentence: what is wrong.
    public let summary: String

    /// Every rule, those that refuse a file first.
    public static let all: [ConfigurationRule] = [
        ("empty-file", "The file is empty."),
        ("too-large", "The file has more than 245,760 bytes."),
        ("not-well-formed", "The file is not well-formed XML."),
        ("not-xml", "The file is text, but not XML."),
        ("html-page", "The file is an HTML page."),
        ("access-denied", "The file is the text \"access denied\"."),
        ("invalid-mac-address", "The file is the text \"invalid mac address\"."),
        ("json", "The file is JSON."),
        ("php-message", "The file is an error message of PHP."),
        ("binary-data", "The file is not text."),
        ("foreign-dialect", "The file is one of other models."),
        ("content-before-declaration", "Something stands before the XML declaration."),
        ("document-type", "The file has a document type declaration."),
        ("too-deep", "Elements nest too deep."),
        ("wrong-root", "The root element is not PANASIPPhoneConfig."),
        ("encrypted-without-key", "The file is encrypted, and there is no key."),
        ("wrong-key", "The key does not open the file."),
        ("bad-base64", "The encrypted file is not base64."),
        ("truncated-encryption", "The encrypted file ends early."),
        ("invalid-value", "A value does not fit its parameter."),
        ("line-number", "A Line has no number of a line."),
        ("outside-line", "A line's parameter stands in no Line."),
        ("elements-in-parameter", "A parameter holds elements."),
        ("unknown-section", "A part is neither Initial nor Device."),
        ("file-names-outside-initial-file", "Only the initial file names files."),
        ("unknown-parameter", "The phone is not known to have the parameter."),
        ("other-group", "The parameter usually stands in another group."),
        ("unknown-group", "The phone is not known to have the group."),
        ("unusual-case", "A part of the document is written in unusual letters."),
        ("unknown-attribute", "The phone does not look at the attribute."),
        ("unknown-permission", "The attribute perm means nothing."),
        ("unknown-access", "The attribute access means nothing."),
        ("repeated-parameter", "The parameter stands twice."),
        ("long-url", "The URL is longer than siblings of the phone take."),
        ("unusual-key", "The key is not 32 bytes long."),
        ("stray-text", "Text belongs to no parameter."),
        ("encoding", "The file is not UTF-8."),
        ("byte-order-mark", "The file starts with a byte order mark."),
        ("nothing-inside", "The file sets nothing and names nothing."),
        ("more", "There are more messages."),
        ("unusable-provisioning-url", "The file sends the phone to a provisioning URL that it cannot ask for."),
        ("other-provisioning-url", "The file sends the phone to another provisioning URL than its own."),
    ].map(ConfigurationRule.init)
}
