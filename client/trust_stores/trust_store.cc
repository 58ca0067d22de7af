#include "client/trust_stores/trust_store.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::client {

absl::Status TrustStore::AddKeystore(absl::string_view /*pkcs12*/,
                                     absl::string_view /*passphrase*/) {
  return FailedPrecondition(Reason::kFileInvalid,
                            absl::StrCat(Description(), " takes no keys; nothing was changed"));
}

}  // namespace fleetca::client
