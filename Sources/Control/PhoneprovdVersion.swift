/// The version of phoneprovd: that of the CHANGELOG's newest entry.
public enum PhoneprovdVersion {
    /// As it is printed.
    public static let text = "0.1.0"
}
