#include "client/cli/manual/completion.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "client/cli/manual/command_tree.h"

namespace fleetca::client {
namespace {

void AddCommands(const CLI::App& command, Completion* completion) {
  for (const CLI::App* below : CommandsOf(command)) {
    completion->words.push_back({below->get_name(), below->get_description()});
  }
}

// Each by its longest name; those that are required stand first.
void AddFlags(const HalfTyped& typed, Completion* completion) {
  std::vector<CompletionWord> optional;
  for (const CLI::Option* option : OptionsOf(*typed.command)) {
    const bool again = option->get_items_expected_max() > 1 ||
                       option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    if (option->get_positional() || (typed.given.contains(option) && !again)) {
      continue;
    }
    const std::string name = option->get_lnames().empty()
                                 ? absl::StrCat("-", option->get_snames().back())
                                 : absl::StrCat("--", option->get_lnames().back());
    (option->get_required() ? completion->words : optional)
        .push_back({name, option->get_description()});
  }
  std::move(optional.begin(), optional.end(), std::back_inserter(completion->words));
}

// The next word of a command's path: "fleetca help cert is" is followed as "fleetca cert is".
void AddNextOfPath(const CLI::App& root, const std::vector<std::string>& path,
                   Completion* completion) {
  const CLI::App* at = &root;
  for (const std::string& word : path) {
    const std::vector<const CLI::App*> below = CommandsOf(*at);
    const auto next = std::find_if(below.begin(), below.end(), [&word](const CLI::App* command) {
      return command->check_name(word);
    });
    if (next == below.end()) {
      return;
    }
    at = *next;
  }
  AddCommands(*at, completion);
}

void AddNames(Completion* completion) {
  completion->words.insert(completion->words.end(), {{"URI:spiffe://", "a SPIFFE ID"},
                                                     {"DNS:", "a host name"},
                                                     {"IP:", "an IP address"},
                                                     {"email:", "an e-mail address"}});
  completion->no_blank = true;
}

void AddValues(const CLI::App& root, const HalfTyped& typed, const KnownWords& known,
               Completion* completion) {
  const ValueKind kind = ValueKindOf(*typed.command, *typed.option);
  switch (kind) {
    case ValueKind::kText:
      return;
    case ValueKind::kChoice:
      for (const std::string& choice : ChoicesOf(*typed.option)) {
        completion->words.push_back({choice, ""});
      }
      return;
    case ValueKind::kFile:
      completion->files = true;
      return;
    case ValueKind::kFolder:
      completion->folders = true;
      return;
    case ValueKind::kName:
      AddNames(completion);
      return;
    case ValueKind::kCommand:
      AddNextOfPath(root, typed.arguments, completion);
      return;
    case ValueKind::kSerialOrFile:
      completion->files = true;
      break;
    case ValueKind::kSerial:
    case ValueKind::kContext:
    case ValueKind::kAddress:
    case ValueKind::kProfile:
    case ValueKind::kIdentity:
    case ValueKind::kTokenId:
    case ValueKind::kRenewalId:
      break;
  }
  std::vector<CompletionWord> words = known(kind, typed);
  std::move(words.begin(), words.end(), std::back_inserter(completion->words));
}

bool HasControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

}  // namespace

Completion Complete(const CLI::App& app, const std::vector<std::string>& words,
                    const KnownWords& known) {
  const HalfTyped typed = ReadHalfTyped(app, words);
  Completion completion;
  if (typed.may_be_command) {
    AddCommands(*typed.command, &completion);
  }
  if (typed.option != nullptr) {
    AddValues(app, typed, known, &completion);
  }
  if (typed.may_be_flag) {
    AddFlags(typed, &completion);
  }
  std::vector<CompletionWord> fitting;
  for (CompletionWord& word : completion.words) {
    if (absl::StartsWith(word.word, typed.text)) {
      word.word = absl::StrCat(typed.before, word.word);
      fitting.push_back(std::move(word));
    }
  }
  completion.words = std::move(fitting);
  return completion;
}

std::string CompletionToText(const Completion& completion) {
  std::vector<absl::string_view> shell;
  for (const auto& [does, word] :
       {std::pair(completion.files, "files"), std::pair(completion.folders, "folders"),
        std::pair(completion.no_blank, "noblank")}) {
    if (does) {
      shell.emplace_back(word);
    }
  }
  std::string text = absl::StrCat(absl::StrJoin(shell, " "), "\n");
  for (const CompletionWord& word : completion.words) {
    if (!word.word.empty() && !HasControl(word.word)) {
      absl::StrAppend(&text, word.word, "\t", HasControl(word.description) ? "" : word.description,
                      "\n");
    }
  }
  return text;
}

}  // namespace fleetca::client
