#include "service/authority/own_request.h"

#include <vector>

#include "base/private_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/csr.h"
#include "x509/possession.h"

namespace fleetca::service {
namespace {

using ::testing::ElementsAreArray;

TEST(OwnRequestTest, AsksForTheNamesWithItsOwnNewKey) {
  const x509::GeneralNames names = {{x509::NameType::kUri, "spiffe://fleet.example/svc/fleetca"},
                                    {x509::NameType::kDns, "localhost"},
                                    {x509::NameType::kIp, absl::string_view("\x7f\0\0\x01", 4)}};
  FLEETCA_ASSERT_OK_AND_ASSIGN(const OwnRequest request, MakeOwnRequest(names));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Csr csr, x509::ParseCsr(request.csr_der, {}));
  EXPECT_THAT(csr.names, ElementsAreArray(names));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const EvpPkeyPtr key,
                               DecodePrivateKey(request.private_key.view(), SecretBytes()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string public_key, EncodePublicKey(key.get()));
  EXPECT_EQ(csr.public_key.spki, public_key);

  const std::vector<const x509::Csr*> csrs = {&csr};
  std::vector<absl::Status> proven(1, absl::UnknownError("not looked at"));
  x509::PossessionVerifier::CreateOpenSsl()->VerifyBatch(csrs, absl::MakeSpan(proven));
  FLEETCA_EXPECT_OK(proven[0]);

  FLEETCA_ASSERT_OK_AND_ASSIGN(const OwnRequest again, MakeOwnRequest(names));
  EXPECT_NE(again.private_key.view(), request.private_key.view());
}

}  // namespace
}  // namespace fleetca::service
