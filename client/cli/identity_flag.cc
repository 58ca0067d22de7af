#include "client/cli/identity_flag.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/text.h"
#include "x509/csr.h"
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

absl::Status WithIdentityHint(const absl::Status& refusal, absl::string_view csr_der) {
  const std::optional<Reason> reason = GetReason(refusal);
  const bool by_identity = reason == Reason::kCallerNotAllowed ||
                           reason == Reason::kProfileUnknown || reason == Reason::kSanNotAllowed ||
                           reason == Reason::kSanTypeForbidden || reason == Reason::kSanMissing;
  const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(csr_der, x509::CsrLimits());
  if (!by_identity || !csr.ok() ||
      std::any_of(csr->names.begin(), csr->names.end(), [](const x509::GeneralName& name) {
        return name.type == x509::NameType::kUri;
      })) {
    return refusal;
  }
  return MakeError(refusal.code(), *reason, GetField(refusal),
                   absl::StrCat(refusal.message(),
                                ". Neither the CSR nor a flag says whom the certificate is for, so "
                                "it would be for your own identity: name another one with "
                                "--identity, such as spiffe://fleet.example/svc/web"));
}

}  // namespace fleetca::client
