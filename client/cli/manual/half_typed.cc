#include "client/cli/manual/half_typed.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "client/cli/manual/command_tree.h"

namespace fleetca::client {
namespace {

bool LooksLikeFlag(absl::string_view word) { return word.size() > 1 && word.front() == '-'; }

// "--key=web" and "-ojson" hold their values; "--key" and "-o" are followed by them.
struct FlagWord {
  const CLI::Option* option = nullptr;
  bool has_value = false;
  size_t value_begin = 0;
};

FlagWord ReadFlag(const CLI::App& command, const std::string& word) {
  FlagWord flag;
  const bool is_long = absl::StartsWith(word, "--");
  const size_t equals = word.find('=');
  const std::string name = is_long
                               ? word.substr(2, equals == std::string::npos ? equals : equals - 2)
                               : word.substr(1, 1);
  for (const CLI::Option* option : OptionsOf(command)) {
    if (!option->get_positional() &&
        (is_long ? option->check_lname(name) : option->check_sname(name))) {
      flag.option = option;
      break;
    }
  }
  if (is_long) {
    flag.has_value = equals != std::string::npos;
    flag.value_begin = equals + 1;
  } else {
    flag.has_value = word.size() > 2;
    flag.value_begin = word.size() > 2 && word[2] == '=' ? 3 : 2;
  }
  return flag;
}

class Reader {
 public:
  explicit Reader(const CLI::App& app) { read_.command = &app; }

  // Any word but the last.
  void Take(const std::string& word) {
    if (pending_ != nullptr && !(LooksLikeFlag(word) && pending_taken_ > 0)) {
      TakeValue(word);
    } else if (only_arguments_) {
      TakeArgument(word);
    } else if (word == "--") {
      pending_ = nullptr;
      only_arguments_ = true;
    } else if (LooksLikeFlag(word)) {
      TakeFlag(word);
    } else if (const CLI::App* next = NextCommand(word); next != nullptr) {
      read_.command = next;
    } else {
      TakeArgument(word);
    }
  }

  HalfTyped End(const std::string& last) && {
    read_.text = last;
    if (pending_ != nullptr && (pending_taken_ == 0 || !LooksLikeFlag(last))) {
      read_.option = pending_;
      // One that takes several values may have had its last.
      read_.may_be_flag = pending_taken_ > 0 && last.empty();
      return std::move(read_);
    }
    if (!only_arguments_ && absl::StartsWith(last, "-")) {
      EndFlag(last);
      return std::move(read_);
    }
    read_.may_be_command = !only_arguments_ && read_.arguments.empty();
    read_.option = NextArgument();
    read_.may_be_flag = !only_arguments_ && last.empty() && read_.option == nullptr &&
                        CommandsOf(*read_.command).empty();
    return std::move(read_);
  }

 private:
  void Give(const CLI::Option* option, absl::string_view value) {
    read_.given.insert(option);
    if (!option->get_lnames().empty()) {
      read_.values[option->get_lnames().back()] = std::string(value);
    }
  }

  void TakeValue(const std::string& word) {
    Give(pending_, word);
    ++pending_taken_;
    if (pending_taken_ >= pending_->get_items_expected_max()) {
      pending_ = nullptr;
    }
  }

  void TakeFlag(const std::string& word) {
    pending_ = nullptr;
    const FlagWord flag = ReadFlag(*read_.command, word);
    if (flag.option == nullptr) {
      return;
    }
    if (flag.option->get_items_expected_max() == 0) {
      Give(flag.option, "");
    } else if (flag.has_value) {
      Give(flag.option, absl::string_view(word).substr(flag.value_begin));
    } else {
      pending_ = flag.option;
      pending_taken_ = 0;
    }
  }

  void TakeArgument(const std::string& word) {
    pending_ = nullptr;
    read_.arguments.push_back(word);
  }

  const CLI::App* NextCommand(const std::string& word) const {
    if (!read_.arguments.empty()) {
      return nullptr;
    }
    for (const CLI::App* command : CommandsOf(*read_.command)) {
      if (command->check_name(word)) {
        return command;
      }
    }
    return nullptr;
  }

  // A flag's name, or its value after "=".
  void EndFlag(const std::string& last) {
    const size_t equals = last.find('=');
    if (absl::StartsWith(last, "--") && equals != std::string::npos) {
      read_.option = ReadFlag(*read_.command, last).option;
      read_.before = last.substr(0, equals + 1);
      read_.text = last.substr(equals + 1);
      return;
    }
    read_.may_be_flag = true;
  }

  // The argument that the last word would be: the last one takes all that follow, where it may.
  const CLI::Option* NextArgument() const {
    size_t left = read_.arguments.size();
    for (const CLI::Option* option : OptionsOf(*read_.command)) {
      if (option->get_positional()) {
        const size_t most = static_cast<size_t>(option->get_items_expected_max());
        if (left < most) {
          return option;
        }
        left -= most;
      }
    }
    return nullptr;
  }

  HalfTyped read_;
  const CLI::Option* pending_ = nullptr;
  int pending_taken_ = 0;
  bool only_arguments_ = false;
};

}  // namespace

HalfTyped ReadHalfTyped(const CLI::App& app, const std::vector<std::string>& words) {
  Reader reader(app);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    reader.Take(words[i]);
  }
  return std::move(reader).End(words.empty() ? "" : words.back());
}

}  // namespace fleetca::client
