#include "client/cli/manual/man_command.h"

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/manual/closest_word.h"
#include "client/cli/manual/command_tree.h"
#include "client/cli/manual/description.h"
#include "client/cli/manual/man_page.h"
#include "client/cli/manual/man_viewer.h"
#include "client/cli/terminal/output.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
The page says what 'fleetca help COMMAND' says, in the form of all manuals; man(1) shows it. Once the
pages are below a folder of MANPATH, such as /usr/local/share/man, man(1) finds them by itself:
'man fleetca-cert-issue'.

Examples:
  fleetca man cert issue > cert-issue.txt
  fleetca man -o troff cert issue > fleetca-cert-issue.1
  fleetca man --install .
  man -l man1/fleetca-cert-issue.1 > cert-issue.txt
)help";

struct ManFlags {
  std::vector<std::string> path;
  std::string install;
  std::string form = "text";
};

absl::StatusOr<const CLI::App*> FindCommand(const CLI::App& app,
                                            const std::vector<std::string>& path) {
  const CLI::App* at = &app;
  for (const std::string& word : path) {
    const CLI::App* next = nullptr;
    std::vector<std::string> names;
    for (const CLI::App* command : CommandsOf(*at)) {
      names.push_back(command->get_name());
      next = command->check_name(word) ? command : next;
    }
    if (next == nullptr) {
      const std::string meant = ClosestWord(word, names);
      return NotFound(
          Reason::kNotFound, "command",
          absl::StrCat("there is no command '", PathOf(*at), " ", word, "', so it has no page; ",
                       meant.empty()
                           ? names.empty() ? "nothing is below that command"
                                           : absl::StrCat("there are: ", absl::StrJoin(names, ", "))
                           : absl::StrCat("did you mean '", PathOf(*at), " ", meant, "'?")));
    }
    at = next;
  }
  return at;
}

// The command's own page, then those of the commands below it.
void AddPages(const CLI::App& command, std::vector<CommandDescription>* pages) {
  pages->push_back(Describe(command));
  for (const CLI::App* below : CommandsOf(command)) {
    AddPages(*below, pages);
  }
}

absl::Status RunInstall(const CLI::App& app, const ManFlags& flags) {
  std::error_code error;
  const std::string folder = absl::StrCat(flags.install, "/man1");
  std::filesystem::create_directory(folder, error);
  if (error) {
    return FileError("make the folder", folder, error.value());
  }
  std::vector<CommandDescription> commands;
  AddPages(app, &commands);
  nlohmann::ordered_json pages = nlohmann::ordered_json::array();
  for (const CommandDescription& command : commands) {
    const std::string file = absl::StrCat(folder, "/", ManPageName(command.path), ".1");
    FLEETCA_RETURN_IF_ERROR(WriteData(file, ManPage(command)));
    pages.push_back({{"command", command.path}, {"file", file}});
  }
  if (ParseForm(flags.form) == OutputForm::kJson) {
    return WriteData("", JsonToText(pages));
  }
  Say(absl::StrCat("wrote ", commands.size(), " manual pages into ", folder, "; 'man -M ",
                   flags.install, " fleetca' shows the first one"));
  return absl::OkStatus();
}

absl::Status RunMan(const CLI::App& app, const ManFlags& flags) {
  if (!flags.install.empty()) {
    return RunInstall(app, flags);
  }
  FLEETCA_ASSIGN_OR_RETURN(const CLI::App* command, FindCommand(app, flags.path));
  const CommandDescription description = Describe(*command);
  const std::string page = ManPage(description);
  if (flags.form == "troff") {
    return WriteData("", page);
  }
  if (flags.form == "json") {
    return WriteData("", JsonToText({{"command", description.path},
                                     {"name", ManPageName(description.path)},
                                     {"section", 1},
                                     {"troff", page}}));
  }
  return ShowManPage(page, description.path);
}

}  // namespace

void AddManCommand(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("man", "Show the manual page of a command");
  auto flags = std::make_shared<ManFlags>();
  CLI::Option* const path =
      command->add_option("command", flags->path, "Whose page, such as: cert issue")
          ->type_name("COMMAND");
  command
      ->add_option("--install", flags->install,
                   "Write all pages into man1 below this folder, in place of showing one")
      ->type_name("DIR")
      ->excludes(path);
  command
      ->add_option("-o,--output", flags->form,
                   "The form of the data: text, troff (the page's source) or json")
      ->type_name("FORM")
      ->check(CLI::IsMember({"text", "troff", "json"}), "")
      ->capture_default_str();
  command->footer(kExamples);
  command->callback([flags, &app, exit_code] { *exit_code = ReportStatus(RunMan(app, *flags)); });
}

}  // namespace fleetca::client
