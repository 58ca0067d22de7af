#include "client/cli/identity_flag.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/text.h"
#include "x509/spiffe_id.h"

namespace fleetca::client {

std::string CheckIdentityFlag(const std::string& text) {
  const char* problem = x509::SpiffeIdProblem(text);
  return problem == nullptr
             ? ""
             : absl::StrCat("\"", text,
                            "\" is not a SPIFFE ID, such as spiffe://fleet.example/svc/web",
                            ": it ", problem);
}

absl::StatusOr<std::vector<ListedIdentity>> ParseIdentities(absl::string_view contents) {
  std::vector<ListedIdentity> identities;
  size_t line = 0;
  const absl::StatusOr<absl::string_view> utf8 = TextOf(contents);
  if (!utf8.ok()) {
    return InvalidArgument(Reason::kFileInvalid, "identities", utf8.status().message());
  }
  for (absl::string_view rest = *utf8; !rest.empty();) {
    ++line;
    absl::string_view text = TakeLine(&rest);
    text = absl::StripTrailingAsciiWhitespace(text.substr(0, text.find('#')));
    if (text.empty()) {
      continue;
    }
    const std::string mistake = CheckIdentityFlag(std::string(text));
    if (!mistake.empty()) {
      return InvalidArgument(Reason::kFileInvalid, "identities",
                             absl::StrCat("line ", line, ": ", mistake));
    }
    if (identities.size() == kMaxListedIdentities) {
      return InvalidArgument(Reason::kFileInvalid, "identities",
                             absl::StrCat("line ", line, ": this is one identity more than the ",
                                          kMaxListedIdentities, " that a list may have: split it"));
    }
    identities.push_back({std::string(text), line});
  }
  if (identities.empty()) {
    return InvalidArgument(Reason::kFileInvalid, "identities", "there is no identity in the list");
  }
  return identities;
}

}  // namespace fleetca::client
