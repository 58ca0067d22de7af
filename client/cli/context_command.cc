#include "client/cli/context_command.h"

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/cli/connection_flags.h"
#include "client/cli/contexts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/cli/terminal/table.h"

namespace fleetca::client {
namespace {

constexpr char kAddExamples[] = R"help(
A context holds what the flags of the same names say: addresses and paths, never a secret. The first one
is in use at once. They are in $XDG_CONFIG_HOME/fleetca/contexts.json (~/.config/fleetca/contexts.json).

What a command uses: its flags; where they are silent FLEETCA_SERVER and FLEETCA_DIR; then the context
in use; then the default. Commands on the bootstrap port (--bootstrap, --ca-sha256) take no files from
these.

Examples:
  fleetca context add home --dir ca
  fleetca context add site --dir ca --server ca.fleet.example:8443
)help";

constexpr char kUseExamples[] = R"help(
Examples:
  fleetca context add site --dir ca --server ca.fleet.example:8443
  fleetca context use site
  fleetca context use site -o json
)help";

constexpr char kListExamples[] = R"help(
Examples:
  fleetca context list
  fleetca context list -o json
)help";

constexpr char kRemoveExamples[] = R"help(
The files that it names stay. When it was in use, none is afterwards.

Examples:
  fleetca context add old --dir ca
  fleetca context remove old
)help";

struct AddFlags {
  std::string name;
  ConnectionFlags connection;
  std::string form = "text";
  bool use = false;
  bool force = false;
};

struct NameFlags {
  std::string name;
  std::string form = "text";
};

// Says what was done to the context, and with -o json writes it, with the context that is in use
// now.
absl::Status ReportDone(const std::string& form, absl::string_view done, const std::string& name,
                        const std::string& current, absl::string_view sentence) {
  Say(sentence);
  if (ParseForm(form) != OutputForm::kJson) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string file, ContextsFile());
  nlohmann::ordered_json json;
  json["file"] = file;
  json["name"] = name;
  json["done"] = done;
  json["current"] = current;
  return WriteData("", JsonToText(json));
}

absl::Status NoSuchContext(const std::string& name, const Contexts& contexts) {
  std::vector<std::string> names;
  for (const auto& context : contexts.by_name) {
    names.push_back(context.first);
  }
  return NotFound(
      Reason::kNotFound, "name",
      absl::StrCat("there is no context \"", name, "\"; ",
                   names.empty() ? "there are none: 'fleetca context add' makes one"
                                 : absl::StrCat("there are: ", absl::StrJoin(names, ", "))));
}

// A context is used from any folder.
absl::Status MakeAbsolute(const char* flag, std::string* path) {
  if (path->empty()) {
    return absl::OkStatus();
  }
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(*path, error);
  if (error || !std::filesystem::exists(absolute, error)) {
    return FailedPrecondition(
        Reason::kFileMissing,
        absl::StrCat(flag, " ", *path, " is not there, so no command could use it; correct it"));
  }
  *path = absolute.lexically_normal().string();
  return absl::OkStatus();
}

absl::Status RunAdd(const AddFlags& flags) {
  ConnectionSettings settings = flags.connection;
  for (const auto& [flag, member] :
       {std::pair("--dir", &ConnectionSettings::dir), std::pair("--ca", &ConnectionSettings::ca),
        std::pair("--cert", &ConnectionSettings::certificate),
        std::pair("--key", &ConnectionSettings::key)}) {
    FLEETCA_RETURN_IF_ERROR(MakeAbsolute(flag, &(settings.*member)));
  }
  bool used = false;
  std::string current;
  FLEETCA_RETURN_IF_ERROR(EditContexts([&](Contexts* contexts) {
    if (contexts->by_name.contains(flags.name) && !flags.force) {
      return AlreadyExists(Reason::kFileInvalid, "name",
                           absl::StrCat("there is a context \"", flags.name,
                                        "\" already; replace it with --force, or choose another "
                                        "name"));
    }
    used = flags.use || contexts->by_name.empty() || contexts->current == flags.name;
    contexts->by_name[flags.name] = settings;
    if (used) {
      contexts->current = flags.name;
    }
    current = contexts->current;
    return absl::OkStatus();
  }));
  return ReportDone(
      flags.form, "added", flags.name, current,
      used ? absl::StrCat("added the context \"", flags.name, "\", which is in use")
           : absl::StrCat("added the context \"", flags.name, "\"; 'fleetca context use ",
                          flags.name, "' puts it in use"));
}

absl::Status RunUse(const NameFlags& flags) {
  FLEETCA_RETURN_IF_ERROR(EditContexts([&](Contexts* contexts) {
    if (!contexts->by_name.contains(flags.name)) {
      return NoSuchContext(flags.name, *contexts);
    }
    contexts->current = flags.name;
    return absl::OkStatus();
  }));
  return ReportDone(flags.form, "used", flags.name, flags.name,
                    absl::StrCat("the context \"", flags.name, "\" is in use"));
}

absl::Status RunRemove(const NameFlags& flags) {
  bool used = false;
  std::string current;
  FLEETCA_RETURN_IF_ERROR(EditContexts([&](Contexts* contexts) {
    if (contexts->by_name.erase(flags.name) == 0) {
      return NoSuchContext(flags.name, *contexts);
    }
    used = contexts->current == flags.name;
    if (used) {
      contexts->current.clear();
    }
    current = contexts->current;
    return absl::OkStatus();
  }));
  return ReportDone(
      flags.form, "removed", flags.name, current,
      absl::StrCat("removed the context \"", flags.name, used ? "\"; none is in use now" : "\""));
}

// What the context says, by the names of kContextFields and in their order.
std::vector<std::pair<absl::string_view, std::string>> FieldsOf(
    const ConnectionSettings& settings) {
  std::vector<std::pair<absl::string_view, std::string>> fields;
  for (const auto& [name, member] : kContextFields) {
    if (!(settings.*member).empty()) {
      fields.emplace_back(name, settings.*member);
    }
  }
  return fields;
}

// The flags stay whole: a person copies them.
std::string ListToText(const Contexts& contexts) {
  Table table({{.heading = "IN USE"}, {.heading = "NAME"}, {.heading = "FLAGS"}});
  for (const auto& [name, settings] : contexts.by_name) {
    std::vector<std::string> flags;
    for (const auto& [field, value] : FieldsOf(settings)) {
      flags.push_back(absl::StrCat("--", absl::StrReplaceAll(field, {{"_", "-"}}), " ", value));
    }
    const Meaning meaning = name == contexts.current ? Meaning::kGood : Meaning::kPlain;
    table.Add({{name == contexts.current ? "*" : "", meaning},
               {name, meaning},
               absl::StrJoin(flags, "  ")});
  }
  return table.empty() ? "" : table.Text();
}

std::string ListToJson(const Contexts& contexts, const std::string& file) {
  nlohmann::ordered_json json;
  json["file"] = file;
  json["current"] = contexts.current;
  json["contexts"] = nlohmann::ordered_json::array();
  for (const auto& [name, settings] : contexts.by_name) {
    nlohmann::ordered_json context;
    context["name"] = name;
    context["current"] = name == contexts.current;
    for (const auto& [field, value] : FieldsOf(settings)) {
      context[std::string(field)] = value;
    }
    json["contexts"].push_back(std::move(context));
  }
  return JsonToText(json);
}

absl::Status RunList(const std::string& form) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string file, ContextsFile());
  FLEETCA_ASSIGN_OR_RETURN(const Contexts contexts, LoadContexts());
  if (ParseForm(form) == OutputForm::kJson) {
    return WriteData("", ListToJson(contexts, file));
  }
  if (contexts.by_name.empty()) {
    Say("there are no contexts; 'fleetca context add NAME --dir DIR' makes one");
  }
  return ShowText(ListToText(contexts));
}

CLI::App* AddCommand(CLI::App& parent, const char* name, const char* description,
                     const char* examples, std::string* context) {
  CLI::App* command = parent.add_subcommand(name, description);
  if (context != nullptr) {
    command->add_option("name", *context, "The context's name")
        ->type_name("NAME")
        ->check(CheckContextName, "")
        ->required();
  }
  command->footer(examples);
  return command;
}

void AddAddCommand(CLI::App& parent, int* exit_code) {
  auto flags = std::make_shared<AddFlags>();
  CLI::App* command = AddCommand(parent, "add", "Keep the connection to a CA under a name",
                                 kAddExamples, &flags->name);
  AddServerFlags(*command, &flags->connection);
  command->add_flag("--use", flags->use, "Put it in use at once");
  command->add_flag("--force", flags->force, "Replace the context of this name");
  AddTextOrJsonFlag(*command, &flags->form);
  command->callback([flags, exit_code] {
    const ConnectionSettings& given = flags->connection;
    *exit_code = FieldsOf(given).empty()
                     ? ReportUsageError(
                           "give --dir or --server, or other flags of the connection: "
                           "they are what the context stands for",
                           "--dir")
                     : ReportStatus(RunAdd(*flags));
  });
}

void AddNameCommand(CLI::App& parent, const char* name, const char* description,
                    const char* examples, absl::Status (*run)(const NameFlags&), int* exit_code) {
  auto flags = std::make_shared<NameFlags>();
  CLI::App* command = AddCommand(parent, name, description, examples, &flags->name);
  AddTextOrJsonFlag(*command, &flags->form);
  command->callback([flags, run, exit_code] { *exit_code = ReportStatus(run(*flags)); });
}

}  // namespace

void AddContextCommand(CLI::App& app, int* exit_code) {
  CLI::App* context =
      app.add_subcommand("context", "Keep CAs under names, so that no flag needs repeating");
  context->require_subcommand(1);
  AddAddCommand(*context, exit_code);
  AddNameCommand(*context, "use", "Have commands use a context", kUseExamples, RunUse, exit_code);
  auto form = std::make_shared<std::string>("text");
  CLI::App* list = AddCommand(*context, "list", "List the contexts, * before the one in use",
                              kListExamples, nullptr);
  AddTextOrJsonFlag(*list, form.get());
  list->callback([form, exit_code] { *exit_code = ReportStatus(RunList(*form)); });
  AddNameCommand(*context, "remove", "Forget a context", kRemoveExamples, RunRemove, exit_code);
}

}  // namespace fleetca::client
