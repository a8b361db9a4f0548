#compdef baton
# Completion of baton for zsh. Load it by:  source <(baton completion zsh)
# or write it to a file _baton in a directory of $fpath.
_baton() {
    local line label
    local -a found
    case ${words[CURRENT-1]} in
        --program|--socket) _files; return ;;
    esac
    for line in "${(@f)$(${words[1]} __complete ${#${(j: :)words[1,CURRENT]}} "${(j: :)words[1,CURRENT]}" 2>/dev/null)}"; do
        [[ -z $line ]] && continue
        label=${line%%$'\t'*}
        found+=("${label//:/\\:}:${line#*$'\t'}")
    done
    _describe baton found
}
if [[ $funcstack[1] == _baton ]]; then
    _baton "$@"
else
    compdef _baton baton
fi
