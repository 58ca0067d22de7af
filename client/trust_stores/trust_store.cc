#include "client/trust_stores/trust_store.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

absl::Status TakesNoKeys(const TrustStore& store) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(store.Description(), " takes no keys; nothing was changed"));
}

}  // namespace

absl::Status TrustStore::AddKeystore(absl::string_view /*pkcs12*/,
                                     absl::string_view /*passphrase*/) {
  return TakesNoKeys(*this);
}

absl::StatusOr<std::vector<TrustStoreEntry>> TrustStore::KeyEntries() {
  return std::vector<TrustStoreEntry>();
}

absl::StatusOr<std::vector<TrustStoreEntry>> TrustStore::IssuerEntries() {
  return std::vector<TrustStoreEntry>();
}

absl::Status TrustStore::RemoveWithKey(const TrustStoreEntry& /*entry*/) {
  return TakesNoKeys(*this);
}

std::string TrustStore::CommandToRemove(const TrustStoreEntry& /*entry*/, bool /*with_key*/) const {
  return "";
}

absl::Status CheckIsThere(const TrustStore& store) {
  return store.IsThere()
             ? absl::OkStatus()
             : FailedPrecondition(
                   Reason::kFileMissing,
                   absl::StrCat("There is nothing to uninstall from: ", store.Description(),
                                " is not there; look at its path"));
}

}  // namespace fleetca::client
