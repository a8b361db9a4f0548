# Completion of baton for bash. Load it by:  source <(baton completion bash)
# or put it into ~/.local/share/bash-completion/completions/baton
_baton() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} found
    COMPREPLY=()
    case $before in
        --program|--socket) mapfile -t COMPREPLY < <(compgen -f -- "$word"); compopt -o filenames 2>/dev/null; return ;;
    esac
    found=$("${COMP_WORDS[0]}" __complete "$COMP_POINT" "$COMP_LINE" 2>/dev/null | cut -f 1)
    mapfile -t COMPREPLY < <(compgen -W "$found" -- "$word")
}
complete -F _baton baton
