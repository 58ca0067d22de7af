// Holders of certificates, and their renewals.
#ifndef FLEETCA_SERVICE_ISSUANCE_TESTING_HOLDER_H_
#define FLEETCA_SERVICE_ISSUANCE_TESTING_HOLDER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/caller/caller.h"
#include "service/issuance/issued_certificate.h"
#include "tests/testing/test_issuer.h"

namespace fleetca::service {

inline constexpr absl::string_view kHolderAddress = "192.0.2.1:1000";

// A CSR of testing::kAgent for the DNS name a.fleet.test.
std::string MakeAgentCsr();

// Whoever has this certificate of the CA, as the issuing port knows it.
CertificateCaller HolderOf(testing::TestIssuer& ca, const IssuedCertificate& issued,
                           absl::string_view address = kHolderAddress);

// A renewal with the same key by this caller.
std::unique_ptr<testing::RecordingIssuance> RenewalBy(CertificateCaller caller,
                                                      absl::string_view request_id = "");

// The outcome of one.
absl::StatusOr<IssuedCertificate> Renew(testing::TestIssuer& ca, CertificateCaller caller,
                                        absl::string_view request_id = "");

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_TESTING_HOLDER_H_
