// request_id: how one caller's retry is told from a new request.
#ifndef FLEETCA_SERVICE_ISSUANCE_REQUEST_KEY_H_
#define FLEETCA_SERVICE_ISSUANCE_REQUEST_KEY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/issuance/issuance.h"
#include "store/certificate_record.h"

namespace fleetca::service {

inline constexpr size_t kMinRequestIdBytes = 16;
inline constexpr size_t kMaxRequestIdBytes = 64;

// INVALID_ARGUMENT kRequestIdInvalid unless it is 16 to 64 bytes.
absl::Status CheckRequestId(absl::string_view request_id);

// 32 octets that stand for this id of this caller; another caller's same id is another key.
std::string RequestKey(absl::string_view caller, absl::string_view request_id);

// 32 octets that stand for what is asked: CSR, lifetime, identity, and `profile`, which a join
// token or the certificate that is renewed may say instead of the request. Of a renewal also the
// lineage and the key of `renewed`, and not its serial number: the certificate that the request got
// may ask for it again. `renewed` is null for what is no renewal.
std::string RequestDigest(const IssueRequest& request, absl::string_view profile,
                          const HeldCertificate* renewed = nullptr);

// Both of a request whose ids are `owner`'s own; leaves them empty where there is no request_id, or
// nothing to be issued by it. The error of CheckRequestId.
absl::Status ReadRequestId(const IssueRequest& request, absl::string_view owner,
                           absl::string_view profile, const HeldCertificate* renewed,
                           std::string* key, std::string* digest);

// Whether `record`, which was issued by a request_id, is the answer to a request with that id and
// `digest` at `now`: for as long as the certificate is valid, and at least kMinRetention after it
// was issued. ALREADY_EXISTS kRequestIdReused when something else was asked, FAILED_PRECONDITION
// kRequestIdExpired when it is too late.
absl::Status CheckMayReplay(const store::CertificateRecord& record, absl::string_view digest,
                            absl::Time now);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_REQUEST_KEY_H_
