# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of the command stylemap in bash, by what its --help tells.
_stylemap() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]} help option
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    help=$(LC_ALL=C "$program" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p')
    mapfile -t COMPREPLY < <(compgen -W "$help --help --version" -- "$word")
    return
  fi
  # bash makes a word of its own of a "="
  if [ "$word" = = ]; then option=$before word=; elif [ "$before" = = ]; then option=${COMP_WORDS[COMP_CWORD - 2]}; else option=$before; fi
  case $word:$option in
  -*:*) help=$(LC_ALL=C "$program" "${COMP_WORDS[1]}" --help 2>/dev/null | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z0-9-]*\)[= ].*/\2/p') ;;
  *:--*) help=$(LC_ALL=C "$program" "${COMP_WORDS[1]}" --help 2>/dev/null | sed -n "s/^  $option=\([a-zA-Z0-9+|-]*|[a-zA-Z0-9+|-]*\) .*/\1/p" | tr '|' '\n' | sed '/[A-Z]/d') ;;
  *) help= ;;
  esac
  if [ -n "$help" ]; then mapfile -t COMPREPLY < <(compgen -W "$help" -- "$word"); else mapfile -t COMPREPLY < <(compgen -f -- "$word"); fi
}
complete -o filenames -F _stylemap stylemap
