#include "service/cli/standard_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::service {

void AddFormFlag(CLI::App& command, std::string* form) {
  command.add_option("-o,--output", *form, "The form of what is written to standard output")
      ->type_name("text|json")
      ->check(
          [](const std::string& given) {
            return given == "text" || given == "json"
                       ? std::string()
                       : absl::StrCat("\"", given, "\" is not text or json");
          },
          "")
      ->capture_default_str();
}

absl::Status WriteStandardOutput(absl::string_view data) {
  if (std::fwrite(data.data(), 1, data.size(), stdout) != data.size() || std::fflush(stdout) != 0) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("Cannot write to standard output: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

std::string JsonToText(const nlohmann::ordered_json& json) {
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace fleetca::service
