#include "service/issuance/testing/holder.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "store/certificate_record.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/san.h"

namespace fleetca::service {

using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;

std::string MakeAgentCsr() {
  return testing::MakeCsr(
      {.names = {{x509::NameType::kUri, testing::kAgent}, {x509::NameType::kDns, "a.fleet.test"}}});
}

CertificateCaller HolderOf(TestIssuer& ca, const IssuedCertificate& issued,
                           absl::string_view address) {
  const auto record = ca.store().GetBySerial(issued.serial_number);
  EXPECT_THAT(record, testing::IsOk());
  const x509::Certificate certificate = *x509::ParseCertificate(record->certificate);
  const x509::GeneralNames others(certificate.names.begin() + 1, certificate.names.end());
  return {.spiffe_id = record->identity,
          .not_after = record->not_after,
          .other_names = others.empty() ? "" : x509::BuildSubjectAltName(others),
          .held = std::make_shared<const CallerCertificate>(
              CallerCertificate{.serial = record->serial,
                                .subject_public_key_info = std::string(certificate.public_key.spki),
                                .profile = record->profile,
                                .lineage = store::LineageOf(*record),
                                .generation = record->generation}),
          .address = std::string(address)};
}

std::unique_ptr<RecordingIssuance> RenewalBy(CertificateCaller caller,
                                             absl::string_view request_id) {
  auto issuance = std::make_unique<RecordingIssuance>("", request_id);
  issuance->request.profile = "";
  issuance->request.renewal = true;
  issuance->AskAs(std::move(caller));
  return issuance;
}

absl::StatusOr<IssuedCertificate> Renew(TestIssuer& ca, CertificateCaller caller,
                                        absl::string_view request_id) {
  return ca.Issue(*RenewalBy(std::move(caller), request_id));
}

}  // namespace fleetca::service
