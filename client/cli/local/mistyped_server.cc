#include "client/cli/local/mistyped_server.h"

#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/cli/terminal/address_flag.h"
#include "client/probe/server_address.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kEndOfScheme = "://";
constexpr absl::string_view kHttps = "https";

std::string MistakeOfUrl(absl::string_view url) {
  const size_t at = url.find(kEndOfScheme);
  const absl::string_view scheme = url.substr(0, at);
  const absl::string_view rest = url.substr(at + kEndOfScheme.size());
  const std::string authority(rest.substr(0, rest.find_first_of("/?#")));
  if (absl::EqualsIgnoreCase(scheme, kHttps)) {
    return CheckAddressFlag(authority);
  }
  const std::string host = authority.substr(0, authority.rfind(':'));
  return absl::StrCat("\"", absl::CHexEscape(url), "\" is a URL of ", absl::CHexEscape(scheme),
                      ", and only those of https are known here; write the port where TLS is "
                      "spoken, as in ",
                      host.empty() ? "web.fleet.example" : absl::CHexEscape(host), ":443");
}

}  // namespace

std::string MistypedServer(const std::string& target) {
  std::string mistake;
  if (absl::StrContains(target, kEndOfScheme)) {
    mistake = MistakeOfUrl(target);
  } else if (!absl::StrContains(target, '/') &&
             (absl::StrContains(target, ':') || IsIpAddress(target))) {
    mistake = CheckAddressFlag(target);
  }
  return mistake.empty() ? ""
                         : absl::StrCat("there is no file ", absl::CHexEscape(target),
                                        ", and no server can be meant: ", mistake);
}

}  // namespace fleetca::client
