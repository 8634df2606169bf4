/// Completion in bash, which the script of ArgumentParser alone would leave with `outcome\=`.
enum BashCompletion {
    /// How ArgumentParser's script ends: it registers its function.
    private static let registration = "complete -o filenames -F _phoneprovctl phoneprovctl"

    /// The script with what it lacks, when this is it; `nil` for any other text.
    static func completed(_ script: String) -> String? {
        let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
        guard let end = lines.lastIndex(where: { !$0.isEmpty }), lines[end] == registration else { return nil }
        return (lines[..<end].map(String.init) + [addition]).joined(separator: "\n")
    }

    private static let addition = #"""
        # What expect is told has "=" in it, where bash ends a word (COMP_WORDBREAKS), or else quotes it as in the name of a
        # file. Here "outcome=failed" is one word again, and only what bash then puts in place of its last piece is offered.
        __phoneprovctl_expect() {
            local -ar pieces=("${COMP_WORDS[@]}")
            local -a words=()
            local -i index current=0
            local before='' gap piece reply rest="${COMP_LINE}"
            for index in "${!pieces[@]}"; do
                piece="${pieces[index]}"
                gap="${rest%%"${piece}"*}"
                [[ -n "${piece}" ]] || gap="${rest}"
                rest="${rest#"${gap}${piece}"}"
                if [[ "${index}" -gt 0 && -z "${gap}" && ("${piece}" == '=' || "${pieces[index - 1]}" == '=') ]]; then
                    [[ "${index}" -ne "${COMP_CWORD}" ]] || before="${words[-1]}${piece##[!=]*}"
                    words[-1]+="${piece}"
                else
                    words+=("${piece}")
                fi
                [[ "${index}" -ne "${COMP_CWORD}" ]] || current="$((${#words[@]} - 1))"
            done

            local -ar COMP_WORDS=("${words[@]}")
            local -ir COMP_CWORD="${current}"
            local -r previous="${words[current - 1]}"
            _phoneprovctl "${1}" "${before}${2}" "${previous}"
            [[ "${previous}" != --* ]] || return
            for index in "${!COMPREPLY[@]}"; do
                reply="${COMPREPLY[index]}"
                [[ "${reply}" == *=* ]] || continue
                compopt +o filenames
                [[ "${reply}" != *= ]] || compopt -o nospace
                COMPREPLY[index]="${reply#"${before}"}"
            done
        }

        __phoneprovctl() {
            if [[ " ${COMP_WORDS[*]:1:COMP_CWORD - 1} " == *' expect '* ]]; then
                __phoneprovctl_expect "${@}"
            else
                _phoneprovctl "${@}"
            fi
        }

        complete -o filenames -F __phoneprovctl phoneprovctl

        """#
}
