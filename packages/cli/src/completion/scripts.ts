/** What each shell is told: to ask `bannerol completion words` at every word, so that it knows what the program knows. */

export const bash = `# Completion of bannerol in bash. For good, in one of two ways:
#   bannerol completion bash > ~/.local/share/bash-completion/completions/bannerol
#   echo 'source <(bannerol completion bash)' >> ~/.bashrc
_bannerol() {
  local answer value
  COMPREPLY=()
  answer=$("$1" completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return 0
  if [[ $answer == :files ]]; then
    compopt -o default 2>/dev/null
    return 0
  fi
  while IFS=$'\\t' read -r value _; do
    [[ -n $value ]] && COMPREPLY+=("$value")
  done <<< "$answer"
  return 0
}
complete -F _bannerol bannerol`;

export const zsh = `#compdef bannerol
# Completion of bannerol in zsh. For good, in one of two ways:
#   bannerol completion zsh > "\${fpath[1]}/_bannerol"
#   echo 'source <(bannerol completion zsh)' >> ~/.zshrc      # below compinit
_bannerol() {
  local answer line
  local -a described
  answer=$("\${words[1]}" completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null) || return 1
  if [[ $answer == :files ]]; then
    _files
    return
  fi
  for line in "\${(@f)answer}"; do
    [[ -n $line ]] && described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe -t bannerol bannerol described
}
if [[ $funcstack[1] == _bannerol ]]; then _bannerol "$@"; else compdef _bannerol bannerol; fi`;

export const fish = `# Completion of bannerol in fish. For good:
#   bannerol completion fish > ~/.config/fish/completions/bannerol.fish
function __bannerol_complete
  set -l typed (commandline -opc) (commandline -ct)
  set -l answer ($typed[1] completion words -- $typed[2..-1] 2>/dev/null)
  if test "$answer" = :files
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $answer
  end
end
complete -c bannerol -f -a '(__bannerol_complete)'`;
