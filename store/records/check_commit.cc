#include "store/records/check_commit.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/join_token_record.h"
#include "store/records/jwt_use_record.h"
#include "store/records/record.h"

namespace fleetca::store {
namespace {

using Serials = absl::flat_hash_set<absl::string_view>;

absl::Status CheckSerial(absl::string_view serial, absl::string_view what, const Serials& serials) {
  if (serials.contains(serial)) {
    return absl::OkStatus();
  }
  return Internal(Reason::kInternal,
                  absl::StrCat("a use of a ", what, " is for the serial ",
                               absl::BytesToHexString(serial), ", which is not written with it"));
}

}  // namespace

absl::Status CheckCommit(const Commit& commit) {
  for (const CertificateRecord& record : commit.certificates) {
    FLEETCA_RETURN_IF_ERROR(CheckRecord(record));
  }
  if (commit.token_uses.empty() && commit.jwt_uses.empty()) {
    return absl::OkStatus();
  }
  Serials serials;
  serials.reserve(commit.certificates.size());
  for (const CertificateRecord& record : commit.certificates) {
    serials.insert(record.serial);
  }
  for (const JoinTokenUse& use : commit.token_uses) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinTokenHash(use.hash));
    if (use.uses == 0) {
      return Internal(Reason::kInternal, "a use of a join token does not count itself");
    }
    FLEETCA_RETURN_IF_ERROR(CheckSerial(use.serial, "join token", serials));
  }
  for (const JwtUse& use : commit.jwt_uses) {
    FLEETCA_RETURN_IF_ERROR(CheckJwtIdHash(use.id_hash));
    FLEETCA_RETURN_IF_ERROR(CheckSerial(use.serial, "JWT", serials));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::store
