// One issuance within one cycle of the issuer.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUER_ITEM_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUER_ITEM_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/prepared.h"
#include "service/issuance/issuance.h"
#include "service/issuance/issued_certificate.h"
#include "service/issuance/issuer.h"
#include "service/policy/budgets.h"
#include "service/policy/decision.h"
#include "store/join_token.h"
#include "x509/cert_spec.h"
#include "x509/csr.h"

namespace fleetca::service {

// It is alive while `status` is OK and it is not `done`. Steps of the cycle look only at those that
// are.
struct Issuer::Item {
  bool alive() const { return !done && status.ok(); }

  Issuance* issuance = nullptr;
  absl::Status status;
  // Nothing left to do but to answer: a replay or a validate_only that passed.
  bool done = false;

  // Who asks, and by which profile: of the issuance, or of its join token.
  absl::string_view caller;
  absl::string_view profile;
  std::optional<store::JoinTokenState> token;

  // What it holds in in_flight_ until it is answered: of a token, of a one-use JWT, a request key.
  absl::InlinedVector<std::string, 2> claims;
  // What it holds of a budget until it is known whether it is issued.
  std::optional<Budgets::Claim> budget;
  // Of its request_id, both 32 octets; empty where there is none.
  std::string request_key;
  std::string request_digest;

  x509::Csr csr;
  Decision decision;  // aliases csr and the batch's policy
  x509::CertSpec spec;
  std::optional<Prepared> prepared;
  IssuedCertificate answer;
  // How often its join token was used then, once the certificate is recorded.
  uint32_t token_uses = 0;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUER_ITEM_H_
