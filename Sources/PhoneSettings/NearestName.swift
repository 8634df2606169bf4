extension ParameterDictionary {
    /// The known name that `name` was probably meant to be; `nil` when none is close.
    ///
    /// Another case, two letters exchanged, a letter missing, added or wrong: up to a quarter of the letters and at
    /// most three such slips. A line number at the end (`SIP_AUTID_2`) is kept.
    public func nearest(to name: String) -> String? {
        let whole = nearestWhole(to: name)
        guard let split = ParameterKey.splitLineSuffix(name), let line = LineNumber(rawValue: split.number),
            let ofLine = nearestWhole(to: split.name), self[ofLine.name]?.isLineParameter == true,
            ofLine.slips < whole?.slips ?? .max
        else { return whole?.name }
        return ParameterKey(ofLine.name, line: line).description
    }

    private func nearestWhole(to name: String) -> (name: String, slips: Int)? {
        NearestName.search(name, in: definitions.lazy.map(\.name))
    }
}

/// Finds the name that was probably meant.
public enum NearestName {
    /// The longest name that is looked at, in bytes; none that is known comes near it.
    static let longest = 64

    /// The first of the nearest of `known`; `nil` when none is close.
    ///
    /// - Parameters:
    ///   - name: What was written, in any case.
    ///   - known: The names there are, in capitals.
    public static func find(_ name: String, in known: some Sequence<String>) -> String? {
        search(name, in: known)?.name
    }

    static func search(_ name: String, in known: some Sequence<String>) -> (name: String, slips: Int)? {
        let wanted = name.utf8.map(upperCased)
        guard !wanted.isEmpty, wanted.count <= longest else { return nil }
        var limit = min(3, max(1, wanted.count / 4))
        var best: (name: String, slips: Int)?
        for one in known {
            guard abs(one.utf8.count - wanted.count) <= limit else { continue }
            guard let slips = distance(wanted, Array(one.utf8), limit: limit) else { continue }
            best = (one, slips)
            if slips == 0 { break }
            // Only a closer one is looked for from here on, so the first of equals wins.
            limit = slips - 1
        }
        return best
    }

    private static func upperCased(_ byte: UInt8) -> UInt8 {
        (0x61...0x7A).contains(byte) ? byte - 0x20 : byte
    }

    /// The number of slips between two names (optimal string alignment); `nil` when there are more than `limit`.
    static func distance(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int? {
        var beforePrevious = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        var current = previous
        for i in a.indices {
            current[0] = i + 1
            var least = current[0]
            for j in b.indices {
                var cost = min(previous[j + 1], current[j]) + 1
                cost = min(cost, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforePrevious[j - 1] + 1)
                }
                current[j + 1] = cost
                least = min(least, cost)
            }
            if least > limit { return nil }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[b.count] <= limit ? previous[b.count] : nil
    }
}
