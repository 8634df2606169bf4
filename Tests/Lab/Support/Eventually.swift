/// Asks `probe` again and again until it gives a value, at most until `limit` is over.
///
/// The pauses begin at 2 ms and grow to 25 ms, so that a quick condition costs little and a slow one does not
/// occupy a core.
/// - Parameters:
///   - what: named in the error, as "waited 5 seconds for WHAT".
///   - seen: asked when time is up; says in the error what there was instead.
/// - Returns: the first value that was not nil.
/// - Throws: `LabError.timedOut`, or whatever `probe` throws.
public func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(5),
    seen: () -> String = { "nothing" },
    probe: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: limit)
    var pause = Duration.milliseconds(2)
    while true {
        if let value = try await probe() { return value }
        guard clock.now < deadline else {
            throw LabError.timedOut(waitingFor: what, within: limit, seen: seen())
        }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(25))
    }
}

/// Asks `condition` again and again until it is true, at most until `limit` is over.
/// - Parameters:
///   - what: named in the error, as "waited 5 seconds for WHAT".
///   - seen: asked when time is up; says in the error what there was instead.
/// - Throws: `LabError.timedOut`, or whatever `condition` throws.
public func eventuallyTrue(
    _ what: String,
    within limit: Duration = .seconds(5),
    seen: () -> String = { "nothing" },
    condition: () async throws -> Bool
) async throws {
    _ = try await eventually(what, within: limit, seen: seen) { try await condition() ? true : nil }
}
