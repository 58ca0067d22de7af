#include "service/cli/output_form.h"

#include "absl/strings/str_cat.h"
#include "base/display_escape.h"

namespace fleetca::service {

CLI::Option* AddFormFlag(CLI::App& command, std::string* form) {
  return command.add_option("-o,--output", *form, "The form of what is written to standard output")
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

std::string JsonToText(const nlohmann::ordered_json& json) {
  constexpr int kIndent = 2;
  return EscapeJsonForDisplay(
             json.dump(kIndent, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) +
         "\n";
}

}  // namespace fleetca::service
