#include "service/revocation/crl_build.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/revocation/crl_spec.h"
#include "x509/revocation/crl_writer.h"
#include "x509/revocation/lint_crl.h"

namespace fleetca::service {
namespace {

x509::CrlSpec SpecOf(const CrlIssuer& issuer, const CrlOrder& order) {
  return {.issuer = issuer.subject,
          .authority_key_id = issuer.key_id,
          .signature_scheme = issuer.signer->scheme(),
          .number = order.state.number,
          .this_update = order.state.this_update,
          .next_update = order.state.next_update,
          .distribution_point = order.distribution_point};
}

// Both enums have the numbers of RFC 5280.
x509::CrlEntry EntryOf(const store::Revocation& revocation) {
  return {.serial = revocation.serial,
          .revocation_date = revocation.revoked_at,
          .reason = static_cast<x509::RevocationReason>(revocation.reason)};
}

}  // namespace

absl::StatusOr<UnsignedCrl> BuildCrl(const CrlIssuer& issuer, const CrlOrder& order,
                                     const store::Revocations& revocations) {
  const x509::CrlSpec spec = SpecOf(issuer, order);
  x509::CrlWriter writer(spec);
  absl::Status added;
  const store::RevocationScope scope = {issuer.key_id, order.state.crl.shard};
  FLEETCA_ASSIGN_OR_RETURN(
      const uint64_t sequence,
      revocations.ForEachRevocation(scope, "", [&](const store::Revocation& revocation) {
        if (order.appeared.Has(revocation)) {
          return true;
        }
        added = writer.entries() < order.max_entries
                    ? writer.Add(EntryOf(revocation))
                    : FailedPrecondition(
                          Reason::kCrlTooLarge,
                          absl::StrCat("More than ", order.max_entries,
                                       " certificates are revoked, so there is no CRL of all; use ",
                                       "the CRL that a certificate names"));
        return added.ok();
      }));
  FLEETCA_RETURN_IF_ERROR(added);
  const size_t entries = writer.entries();
  FLEETCA_ASSIGN_OR_RETURN(Prepared prepared,
                           x509::LintCrl(std::move(writer).Finish(), spec, entries));
  return UnsignedCrl{std::move(prepared), entries, sequence};
}

}  // namespace fleetca::service
