#include "base/openssl.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace fleetca {

std::string DrainOpenSslErrors() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    char line[256];
    ERR_error_string_n(code, line, sizeof(line));
    absl::StrAppend(&text, text.empty() ? "" : "; ", line);
  }
  return text;
}

absl::Status OpenSslError(Reason reason, absl::string_view message) {
  const std::string details = DrainOpenSslErrors();
  return Internal(
      reason, details.empty() ? std::string(message) : absl::StrCat(message, " [", details, "]"));
}

}  // namespace fleetca
