import Foundation

/// Prints a line at once, also into a pipe: who watches wants to see it when it happens.
public func say(_ text: String, terminator: String = "\n") {
    try? FileHandle.standardOutput.write(contentsOf: Data((text + terminator).utf8))
}
