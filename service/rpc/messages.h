// Between the API's messages and the core's types.
#ifndef FLEETCA_SERVICE_RPC_MESSAGES_H_
#define FLEETCA_SERVICE_RPC_MESSAGES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "service/issuance/issuance.h"

namespace fleetca::service {

// Fills `request` with views of `message`; where the CSR is PEM its DER goes to `der`, and the view
// is of that. Both must outlive `request`. INVALID_ARGUMENT: kCsrMalformed, kLifetimeInvalid.
absl::Status ReadIssueRequest(const v1::IssueCertificateRequest& message, std::string* der,
                              IssueRequest* request);

// The same for a renewal.
absl::Status ReadIssueRequest(const v1::RenewCertificateRequest& message, std::string* der,
                              IssueRequest* request);

// Takes the strings over.
void WriteIssuedCertificate(IssuedCertificate issued, v1::IssuedCertificate* message);

void WriteTimestamp(absl::Time time, google::protobuf::Timestamp* message);

// INVALID_ARGUMENT kConfigInvalid, of that field, for what google.protobuf.Timestamp forbids.
absl::StatusOr<absl::Time> ReadTimestamp(absl::string_view field,
                                         const google::protobuf::Timestamp& message);

// A request's `lifetime`. INVALID_ARGUMENT kLifetimeInvalid for what google.protobuf.Duration
// forbids.
absl::StatusOr<absl::Duration> ReadLifetime(const google::protobuf::Duration& lifetime);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_MESSAGES_H_
