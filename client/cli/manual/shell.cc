#include "client/cli/manual/shell.h"

#include "absl/strings/str_cat.h"

namespace fleetca::client {
namespace {

// Readline breaks words at "=" and ":" too, and replaces what follows the last of them alone. So
// the words are put together again before they are sent, and what stands before is taken off the
// answers. Readline inserts an answer as it stands, and what is on the line is code: each answer is
// quoted (where it is a file's name among others, readline does that), and inside of quotes that a
// person opened only what needs none is offered.
constexpr char kBash[] = R"sh(
_fleetca() {
  local -a joined=() answer=() candidates=() safe=() shown=()
  local i word apart rest="${COMP_LINE:0:COMP_POINT}"
  rest="${rest#"${COMP_WORDS[0]}"}"
  for ((i = 1; i <= COMP_CWORD; ++i)); do
    apart=""
    [[ "$rest" == [[:blank:]]* ]] && apart=1
    rest="${rest#"${rest%%[![:blank:]]*}"}"
    word="${COMP_WORDS[i]}"
    # What stands behind the cursor is not asked about.
    ((i == COMP_CWORD)) && word="$rest"
    rest="${rest#"$word"}"
    if [[ -n "$apart" ]] || ((${#joined[@]} == 0)); then
      joined+=("$word")
    else
      joined[${#joined[@]} - 1]+="$word"
    fi
  done
  local current="${joined[${#joined[@]} - 1]}" kept="" breaks="" line candidate description quoted
  mapfile -t answer < <("$1" complete-words -- "${joined[@]}" 2>/dev/null)
  # Of the candidates, what readline does not replace.
  [[ "$COMP_WORDBREAKS" == *=* ]] && breaks+="="
  [[ "$COMP_WORDBREAKS" == *:* ]] && breaks+=":"
  [[ -n "$breaks" && "$current" == *[$breaks]* ]] && kept="${current%"${current##*[$breaks]}"}"
  for line in "${answer[@]:1}"; do
    candidate="${line%%$'\t'*}"
    candidate="${candidate#"$kept"}"
    description="${line#*$'\t'}"
    quoted=""
    [[ -n "$candidate" ]] && printf -v quoted %q "$candidate"
    [[ "$quoted" != "$candidate" && "$current" == *[\"\']* ]] && continue
    candidates+=("$candidate")
    safe+=("$quoted")
    [[ -n "$description" ]] && candidate+="  ($description)"
    shown+=("${candidate:0:${COLUMNS:-80} - 1}")
  done
  COMPREPLY=("${candidates[@]}")
  local typed="${current#"$kept"}"
  typed="${typed#[\"\']}"
  typed="${typed//\\/}"
  case " ${answer[0]} " in
    *" files "*)
      compopt -o filenames 2>/dev/null
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$typed")
      ;;
    *" folders "*)
      compopt -o filenames 2>/dev/null
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$typed")
      ;;
    *)
      COMPREPLY=("${safe[@]}")
      [[ " ${answer[0]} " == *" noblank "* ]] && compopt -o nospace 2>/dev/null
      # Where the candidates are listed and none is taken, what they are is listed with them.
      [[ "$COMP_TYPE" == 63 ]] && ((${#candidates[@]} > 1)) && COMPREPLY=("${shown[@]}")
      ;;
  esac
}
complete -F _fleetca fleetca
)sh";

constexpr char kZsh[] = R"sh(
_fleetca() {
  local -a answer plain shown blank
  local line word description shell_does typed="${(Q)PREFIX}" before=""
  answer=("${(@f)$(command "${(Q)words[1]}" complete-words -- "${(@Q)words[2,CURRENT-1]}" "$typed" 2>/dev/null)}")
  shell_does=" $answer[1] "
  for line in "${(@)answer[2,-1]}"; do
    word="${line%%$'\t'*}"
    description="${line#*$'\t'}"
    plain+=("$word")
    shown+=("$word${description:+  -- $description}")
  done
  [[ "$shell_does" == *" noblank "* ]] && blank=(-S '')
  local found=1
  if (( $#plain > 0 )); then
    # A line each, cut where the terminal ends.
    shown=("${(@)shown[@]/(#b)(#s)(*)(#e)/${match[1][1,COLUMNS-1]}}")
    compadd "${(@)blank}" -l -d shown -a plain && found=0
  fi
  if [[ "$shell_does" == *" files "* || "$shell_does" == *" folders "* ]]; then
    [[ "$typed" == --*=* ]] && compset -P '*='
    if [[ "$shell_does" == *" files "* ]]; then
      _files && found=0
    else
      _files -/ && found=0
    fi
  fi
  return found
}
# Run by the completion system from a file of its own, or read by source.
if [[ "$funcstack[1]" == _fleetca ]]; then
  _fleetca "$@"
else
  compdef _fleetca fleetca
fi
)sh";

constexpr char kFish[] = R"sh(
function __fleetca_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l answer (command $words[1] complete-words -- $words[2..-1] "$current" 2>/dev/null)
    for line in $answer[2..-1]
        echo $line
    end
    # Of "--key=we" the path is "we".
    set -l before (string match -r -- '^--[^=]*=' "$current")
    set -l typed (string replace -r -- '^--[^=]*=' '' "$current")
    switch " $answer[1] "
        case '* files *'
            for path in (__fish_complete_path "$typed")
                echo "$before$path"
            end
        case '* folders *'
            for path in (__fish_complete_directories "$typed")
                echo "$before$path"
            end
    end
end
complete -c fleetca -f -a '(__fleetca_complete)'
)sh";

absl::string_view BodyOf(Shell shell) {
  switch (shell) {
    case Shell::kBash:
      return kBash;
    case Shell::kZsh:
      return kZsh;
    case Shell::kFish:
      break;
  }
  return kFish;
}

}  // namespace

absl::string_view ShellName(Shell shell) {
  switch (shell) {
    case Shell::kBash:
      return "bash";
    case Shell::kZsh:
      return "zsh";
    case Shell::kFish:
      break;
  }
  return "fish";
}

std::optional<Shell> ParseShell(absl::string_view name) {
  const absl::string_view program = name.substr(name.rfind('/') + 1);
  for (const Shell shell : kShells) {
    if (program == ShellName(shell)) {
      return shell;
    }
  }
  return std::nullopt;
}

std::string CompletionScript(Shell shell) {
  // zsh finds by the first line of which program the file is.
  return absl::StrCat(shell == Shell::kZsh ? "#compdef fleetca\n" : "", "# ", kScriptMark, " ",
                      ShellName(shell), "' prints it.\n",
                      "# At each Tab it asks the program itself, so it fits every release.",
                      BodyOf(shell));
}

}  // namespace fleetca::client
