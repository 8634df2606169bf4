import CXML2
import ConfigurationFile
import Foundation
import Glibc
import LabSupport
import PhoneSettings

/// A document of 239 KB with 5,000 parameters: read, validated and resolved, beside libxml2's own parse of it.
enum DocumentBenchmark {
    private static let parameters = 5_000
    private static let bytes = 239 * 1_024
    private static let rounds = 101

    static func run() throws {
        let text = Array(document(parameters: parameters, bytes: bytes).utf8)
        let read = try ConfigurationFile.read(text, as: .standard)
        guard text.count == bytes, read.settings.count == parameters else {
            throw Benchmarks.Unexpected(
                text: "\(text.count) bytes, \(read.settings.count) settings"
            )
        }
        // Turn about, so that whatever else the machine does falls on both.
        var ours: [Double] = []
        var theirs: [Double] = []
        for _ in 0..<rounds {
            ours.append(try time { try Self.resolve(text) })
            theirs.append(try time { try Self.parse(text) })
        }
        let (our, their) = (median(ours), median(theirs))
        say("A document of \(bytes) bytes with \(parameters) parameters, CPU time, median of \(rounds):")
        say("  read, validated and resolved             \(figure(our)) ms")
        say("  libxml2's own parse                      \(figure(their)) ms")
        say("  ratio                                    \(figure(our / their))\n")
    }

    /// Every parameter of the phone, line by line, and unknown ones as a newer model has them until there are enough.
    static func document(parameters: Int, bytes: Int) -> String {
        let dictionary = ParameterDictionary.standard
        var settings: [Setting] = []
        for definition in dictionary.definitions where definition.section == .device {
            let lines = definition.isLineParameter ? LineNumber.all.map(Optional.some) : [nil]
            for line in lines {
                settings.append(
                    Setting(key: ParameterKey(definition.name, line: line), value: definition.defaultValue ?? "")
                )
            }
        }
        var number = 0
        while settings.count < parameters {
            let line = LineNumber(rawValue: number % 6 + 1)
            settings.append(Setting(key: ParameterKey("K\(number / 6)", line: line), value: "\(number)"))
            number += 1
        }
        let text = ConfigurationWriter().document(settings: settings)
        let compact = text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
        // A comment makes up what is missing.
        return compact + "<!--" + String(repeating: "x", count: max(0, bytes - compact.utf8.count - 7)) + "-->"
    }

    private static func resolve(_ text: [UInt8]) throws {
        let document = try ConfigurationFile.read(text, as: .standard)
        let settings = EffectiveSettings(layers: [.standard: document.settings])
        guard settings.value(.cfgCyclic) != nil else { throw Benchmarks.Unexpected(text: "no CFG_CYCLIC") }
    }

    private static func parse(_ text: [UInt8]) throws {
        try text.withUnsafeBytes { buffer in
            let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            guard let tree = xmlReadMemory(start, Int32(buffer.count), nil, nil, Int32(XML_PARSE_NONET.rawValue)) else {
                throw Benchmarks.Unexpected(text: "libxml2 refuses the document")
            }
            xmlFreeDoc(tree)
        }
    }

    private static func time(_ body: () throws -> Void) throws -> Double {
        let began = cpuMilliseconds
        try body()
        return cpuMilliseconds - began
    }

    /// This thread's own time (clock_gettime(2)): what else the machine does is not in it.
    private static var cpuMilliseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func figure(_ value: Double) -> String { String(format: "%8.2f", value) }
}
