#include "base/http/http_message.h"

#include "absl/strings/str_cat.h"

namespace fleetca {

absl::string_view HttpAnswer::Header(absl::string_view name) const {
  for (const auto& [its_name, value] : headers) {
    if (its_name == name) {
      return value;
    }
  }
  return "";
}

HttpAnswer TextAnswer(int status, absl::string_view sentence) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          .body = std::make_shared<const std::string>(absl::StrCat(sentence, "\n"))};
}

HttpAnswer MethodNotAllowed(absl::string_view allowed) {
  HttpAnswer answer =
      TextAnswer(405, absl::StrCat("This cannot be asked so; use one of ", allowed));
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

}  // namespace fleetca
