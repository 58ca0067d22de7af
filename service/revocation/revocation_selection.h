// Which certificates are to be revoked.
#ifndef FLEETCA_SERVICE_REVOCATION_REVOCATION_SELECTION_H_
#define FLEETCA_SERVICE_REVOCATION_REVOCATION_SELECTION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/revocation/known_revocations.h"
#include "service/revocation/renewable_certificates.h"
#include "service/revocation/revocation_of.h"
#include "store/revocation.h"
#include "store/store.h"

namespace fleetca::service {

// The most serial numbers of one call.
inline constexpr size_t kMaxSerialsPerCall = 10000;

// These certificates, expired or not.
struct RevokeSerials {
  std::vector<std::string> serials;  // 20 octets each, as CheckSelection makes sure
};
// All of this SPIFFE ID that have not expired or can still be renewed (renewable_certificates.h),
// as of all the selections below.
struct RevokeIdentity {
  std::string identity;
};
// All of the lineage that this certificate belongs to.
struct RevokeLineage {
  std::string serial;
};
// All with this key.
struct RevokeKey {
  std::string spki_sha256;  // 32 octets
};
// All that agree with what is set, of which something is.
struct RevokeIssued {
  std::optional<std::string> profile;
  std::optional<std::string> issuer;  // the issuing CA's key id
  absl::Time issued_from = absl::InfinitePast();
  absl::Time issued_to = absl::InfiniteFuture();
};

using RevocationSelection =
    std::variant<RevokeSerials, RevokeIdentity, RevokeLineage, RevokeKey, RevokeIssued>;

// "the identity spiffe://fleet.example/svc/web", for the log.
std::string SelectionToText(const RevocationSelection& selection);

// INVALID_ARGUMENT: kRequestEmpty for what selects nothing, or everything; kRequestTooLarge;
// kSerialInvalid; kSanInvalid; kConfigInvalid; each with the field of the API's message.
absl::Status CheckSelection(const RevocationSelection& selection);

// One walk over the certificates of a selection: what of them is still to be revoked.
struct SelectedPart {
  std::vector<store::Revocation> pending;  // empty where the walk only counts
  size_t new_ones = 0;                     // not revoked
  // Revoked for another reason than the key's compromise, which is the order's.
  size_t upgrades = 0;
  size_t unchanged = 0;  // revoked, and stay as they are
  // Where the next part begins; empty: this was the last one.
  std::string next;
};

struct SelectedPartOptions {
  // Of the policy in force.
  RenewalGraces graces;
  bool count_only = false;
  size_t max_pending = 10000;  // unless it only counts
};

// The part of the selection from `from` on: empty, or the `next` of the part before. Certificates
// that are revoked already, as `known` says, or the store of those that have expired, are only
// counted. A part that was cut short in the middle of an identity or a lineage begins again, and
// meets what was revoked meanwhile as such.
// NOT_FOUND kNotFound for a serial that no certificate has; the store's errors.
absl::StatusOr<SelectedPart> ReadSelectedPart(
    const RevocationSelection& selection, const RevocationOrder& order, const store::Store& store,
    const KnownRevocations& known, const std::string& from, const SelectedPartOptions& options);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_REVOCATION_SELECTION_H_
