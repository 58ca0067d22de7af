#include "client/agent/record_limits.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

absl::Status CheckKept(const std::vector<std::string>& ders, size_t octets, absl::string_view what,
                       size_t most, size_t most_octets) {
  for (const std::string& der : ders) {
    octets += der.size();
  }
  if (ders.size() <= most && octets <= most_octets) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("has ", ders.size(), " ", what, " in ", octets, " octets, and an agent keeps ",
                   most, " in ", most_octets, " octets at most"));
}

}  // namespace

absl::Status CheckRootsKept(const std::vector<std::string>& roots_der) {
  return CheckKept(roots_der, 0, "roots", kMaxKeptRoots, kMaxKeptRootBytes);
}

absl::Status CheckChainKept(const KeptChain& chain) {
  return CheckKept(chain.chain_der, chain.certificate_der.size(), "issuers in its chain",
                   kMaxKeptChain, kMaxKeptChainBytes);
}

}  // namespace fleetca::client
