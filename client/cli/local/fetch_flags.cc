#include "client/cli/local/fetch_flags.h"

#include "base/fetch/http_fetch.h"
#include "client/cli/terminal/duration_flag.h"

namespace fleetca::client {

void AddFetchTimeoutFlag(CLI::App& command, std::string* timeout) {
  command.add_option("--timeout", *timeout, "How long to wait for the answer")
      ->type_name("TIME")
      ->check(CheckDurationFlag, "")
      ->capture_default_str();
}

std::string CheckHttpUrlFlag(const std::string& url) {
  return IsPlainUrl(url, UrlScheme::kHttp)
             ? ""
             : "give http://HOST/PATH, without user, password and blanks: what is fetched is "
               "signed itself";
}

}  // namespace fleetca::client
