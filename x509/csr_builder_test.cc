#include "x509/csr_builder.h"

#include <string>
#include <vector>

#include "base/csr_signature.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/csr.h"
#include "x509/name.h"
#include "x509/possession.h"

namespace fleetca::x509 {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

TEST(CsrBuilderTest, OurParserAndVerifierAcceptIt) {
  const GeneralNames names = {{NameType::kUri, "spiffe://fleet.example/svc/web"},
                              {NameType::kDns, "web.fleet.example"}};
  for (const KeyType type : {KeyType::kP256, KeyType::kP384, KeyType::kEd25519}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const EvpPkeyPtr key, GeneratePrivateKey(type));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string spki, EncodePublicKey(key.get()));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const SignatureScheme scheme, CsrSignatureScheme(key.get()));
    const std::string info = BuildCsrInfo(spki, names);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string signature, SignCsr(key.get(), scheme, info));
    const std::string der = AssembleCsr(info, scheme, signature);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const Csr csr, ParseCsr(der, CsrLimits()));
    EXPECT_THAT(csr.names, ElementsAreArray(names));
    EXPECT_EQ(csr.public_key.spki, spki);
    const std::vector<const Csr*> csrs = {&csr};
    std::vector<absl::Status> proven(1, absl::UnknownError("not looked at"));
    PossessionVerifier::CreateOpenSsl()->VerifyBatch(csrs, absl::MakeSpan(proven));
    FLEETCA_EXPECT_OK(proven[0]);
  }
}

TEST(CsrBuilderTest, WithoutNamesThereIsNoExtension) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const EvpPkeyPtr key, GeneratePrivateKey(KeyType::kP256));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string spki, EncodePublicKey(key.get()));
  const std::string der =
      AssembleCsr(BuildCsrInfo(spki, {}), SignatureScheme::kEcdsaSha256, "signature");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Csr csr, ParseCsr(der, CsrLimits()));
  EXPECT_THAT(csr.names, IsEmpty());
  EXPECT_THAT(csr.ignored_extensions, IsEmpty());
  EXPECT_EQ(csr.subject, kEmptyName);
}

TEST(CsrBuilderTest, TheSubjectIsTheNameThatIsGiven) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const EvpPkeyPtr key, GeneratePrivateKey(KeyType::kP256));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string spki, EncodePublicKey(key.get()));
  const std::string name = BuildName("Fleet", "web");
  const std::string der =
      AssembleCsr(BuildCsrInfo(spki, {}, name), SignatureScheme::kEcdsaSha256, "signature");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Csr csr, ParseCsr(der, CsrLimits()));
  EXPECT_EQ(csr.subject, name);
}

}  // namespace
}  // namespace fleetca::x509
