#include "client/cli/manual/man_page.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/version.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kSection = "1";

std::string Bold(absl::string_view text) { return absl::StrCat("\\fB", EscapeTroff(text), "\\fP"); }

std::string Italic(absl::string_view text) {
  return absl::StrCat("\\fI", EscapeTroff(text), "\\fP");
}

// A line of text: what begins as a request does is none.
std::string Line(absl::string_view text) {
  const std::string escaped = EscapeTroff(text);
  const bool is_request = absl::StartsWith(escaped, ".") || absl::StartsWith(escaped, "\\(aq");
  return absl::StrCat(is_request ? "\\&" : "", escaped, "\n");
}

// An argument of a request, which is quoted because it may hold blanks.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(EscapeTroff(text), {{"\"", "\\(dq"}}), "\"");
}

std::string Heading(absl::string_view text) { return absl::StrCat(".SH ", Quoted(text), "\n"); }

// Lines as they stand.
std::string Verbatim(const std::vector<absl::string_view>& lines) {
  std::string text = ".PP\n.RS 4\n.nf\n";
  for (const absl::string_view line : lines) {
    absl::StrAppend(&text, Line(line));
  }
  return absl::StrCat(text, ".fi\n.RE\n");
}

// Paragraphs; what is indented among them stays as it stands.
std::string Paragraphs(absl::string_view text) {
  std::string page;
  std::vector<absl::string_view> verbatim;
  bool between = true;
  const auto end_verbatim = [&] {
    if (!verbatim.empty()) {
      absl::StrAppend(&page, Verbatim(verbatim));
      verbatim.clear();
      between = true;
    }
  };
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StripAsciiWhitespace(line).empty()) {
      end_verbatim();
      between = true;
    } else if (line.front() == ' ') {
      verbatim.push_back(line);
    } else {
      end_verbatim();
      absl::StrAppend(&page, between ? ".PP\n" : "", Line(line));
      between = false;
    }
  }
  end_verbatim();
  return page;
}

// A term and what is said of it.
std::string Item(absl::string_view term, absl::string_view text) {
  return absl::StrCat(".TP\n", term, "\n", Line(text));
}

// "-o, --output FORM".
std::string TermOf(const OptionDescription& option) {
  const bool is_flag = absl::StartsWith(option.names.front(), "-");
  std::string term = absl::StrJoin(option.names, ", ", [&](std::string* out, const auto& name) {
    absl::StrAppend(out, is_flag ? Bold(name) : Italic(name));
  });
  if (is_flag && !option.type.empty()) {
    absl::StrAppend(&term, " ", Italic(option.type));
  }
  return term;
}

std::string TextOf(const OptionDescription& option) {
  std::string text = option.summary;
  std::vector<std::string> more;
  // Unless its own words say so.
  if (option.required && !absl::StrContains(text, "required")) {
    more.emplace_back("required");
  }
  if (option.repeatable && !absl::StrContains(text, "repeated")) {
    more.emplace_back("may be repeated");
  }
  if (!option.default_value.empty()) {
    more.push_back(absl::StrCat("default: ", option.default_value));
  }
  return more.empty() ? text : absl::StrCat(text, " (", absl::StrJoin(more, "; "), ")");
}

std::string Options(const CommandDescription& command) {
  std::string page;
  if (!command.arguments.empty()) {
    absl::StrAppend(&page, Heading("ARGUMENTS"));
    for (const OptionDescription& argument : command.arguments) {
      absl::StrAppend(&page, Item(TermOf(argument), TextOf(argument)));
    }
  }
  absl::StrAppend(&page, Heading("OPTIONS"));
  for (const OptionDescription& flag : command.flags) {
    if (flag.group.empty()) {
      absl::StrAppend(&page, Item(TermOf(flag), TextOf(flag)));
    }
  }
  for (const NamedSummary& group : command.groups) {
    absl::StrAppend(&page, ".SS ", Quoted(group.name), "\n",
                    group.summary.empty() ? "" : Line(group.summary));
    for (const OptionDescription& flag : command.flags) {
      if (flag.group == group.name) {
        absl::StrAppend(&page, Item(TermOf(flag), TextOf(flag)));
      }
    }
  }
  return page;
}

std::string Commands(const CommandDescription& command) {
  if (command.commands.empty()) {
    return "";
  }
  std::string page = Heading("COMMANDS");
  for (const NamedSummary& below : command.commands) {
    const std::string name = ManPageName(absl::StrCat(command.path, " ", below.name));
    absl::StrAppend(&page, Item(absl::StrCat(Bold(name), "(", kSection, ")"), below.summary));
  }
  return page;
}

bool HasFlag(const CommandDescription& command, absl::string_view name) {
  return std::any_of(command.flags.begin(), command.flags.end(), [name](const auto& flag) {
    return std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end();
  });
}

// For what asks a CA: where it finds out which.
std::string Surroundings(const CommandDescription& command) {
  if (!HasFlag(command, "--server") || !HasFlag(command, "--dir")) {
    return "";
  }
  return absl::StrCat(
      Heading("ENVIRONMENT"), Item(Bold("FLEETCA_SERVER"), "Stands for --server."),
      Item(Bold("FLEETCA_DIR"), "Stands for --dir."), Heading("FILES"),
      Item(Italic("~/.config/fleetca/contexts.json"),
           "The contexts, below XDG_CONFIG_HOME where that is set; see fleetca-context(1)."));
}

std::string ExitStatus(const CommandDescription& command) {
  // Its own words say more.
  if (absl::StrContains(command.notes, "Exit status:")) {
    return "";
  }
  return absl::StrCat(Heading("EXIT STATUS"), Item(Bold("0"), "It is done."),
                      Item(Bold("1"), "It failed, or the answer is no."),
                      Item(Bold("2"), "The command line was not understood."));
}

// The pages of the commands above it.
std::string SeeAlso(const CommandDescription& command) {
  std::vector<std::string> pages;
  std::string path = command.path;
  for (size_t blank = path.rfind(' '); blank != std::string::npos; blank = path.rfind(' ')) {
    path.resize(blank);
    pages.push_back(absl::StrCat(Bold(ManPageName(path)), "(", kSection, ")"));
  }
  return pages.empty() ? "" : absl::StrCat(Heading("SEE ALSO"), absl::StrJoin(pages, ", "), "\n");
}

}  // namespace

std::string EscapeTroff(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\e"},
                                    {"-", "\\-"},
                                    {"'", "\\(aq"},
                                    {"`", "\\(ga"},
                                    {"^", "\\(ha"},
                                    {"~", "\\(ti"},
                                    {"\n", " "}});
}

std::string ManPageName(absl::string_view command_path) {
  return absl::StrReplaceAll(command_path, {{" ", "-"}});
}

std::string ManPage(const CommandDescription& command) {
  const std::string name = ManPageName(command.path);
  std::string page = absl::StrCat(
      ".TH ", Quoted(absl::AsciiStrToUpper(name)), " ", kSection, " \"\" ",
      Quoted(absl::StrCat("fleetca ", kVersion)), " \"User Commands\"\n",
      // Words are not hyphenated, which paths and flags would be, nor lines stretched.
      ".nh\n.ad l\n", Heading("NAME"), EscapeTroff(name), " \\- ",
      EscapeTroff(absl::StripSuffix(command.summary, ".")), "\n", Heading("SYNOPSIS"),
      Bold(command.path), EscapeTroff(absl::StripPrefix(command.usage, command.path)), "\n");
  if (!command.notes.empty()) {
    absl::StrAppend(&page, Heading("DESCRIPTION"), Paragraphs(command.notes));
  }
  absl::StrAppend(&page, Commands(command), Options(command));
  if (!command.examples.empty()) {
    std::vector<absl::string_view> lines;
    for (const absl::string_view line : absl::StrSplit(command.examples, '\n')) {
      lines.push_back(absl::StripPrefix(line, "  "));
    }
    absl::StrAppend(&page, Heading("EXAMPLES"), Verbatim(lines));
  }
  absl::StrAppend(&page, ExitStatus(command), Surroundings(command), SeeAlso(command));
  return page;
}

}  // namespace fleetca::client
