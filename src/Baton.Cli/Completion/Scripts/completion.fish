# Completion of baton for fish. Load it by:  baton completion fish | source
# or write it to ~/.config/fish/completions/baton.fish
function __baton_complete
    set -l line (commandline -cp)
    set -l words (commandline -opc)
    $words[1] __complete (string length -- "$line") "$line" 2>/dev/null
end
complete -c baton -f
complete -c baton -n 'not string match -qr -- "^--(program|socket)\$" (commandline -opc)[-1]' -a '(__baton_complete)'
complete -c baton -l program -r -F
complete -c baton -l socket -r -F
