/// Completion in zsh, which the script of ArgumentParser alone would leave with a blank after `outcome=`.
enum ZshCompletion {
    /// How ArgumentParser's script begins.
    private static let beginning = "#compdef phoneprovctl\n"
    /// The line of it with which each list is offered.
    private static let offering = #"    _describe -V '' non_empty_completions -- empty_completions -P $'\'\''"#

    /// The script with what it lacks, when this is it; `nil` for any other text.
    static func completed(_ script: String) -> String? {
        guard script.hasPrefix(beginning), script.contains(offering) else { return nil }
        let whole = script.replacing(offering, with: addition)
        return whole.hasSuffix("\n") ? whole : whole + "\n"
    }

    private static let addition = #"""
            # What expect is told goes on after the "=": nothing is put there, where zsh puts a blank after a whole word.
            local -ar named=("${(@M)non_empty_completions:#[^:]##=(|:*)}")
            local -ar others=("${(@)non_empty_completions:#[^:]##=(|:*)}")
            _describe -V '' others -- named -S '' -- empty_completions -P $'\'\''
        """#
}
