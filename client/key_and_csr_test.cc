#include "client/key_and_csr.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "base/private_key.h"
#include "gtest/gtest.h"
#include "x509/csr.h"
#include "x509/possession.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

class KeyAndCsrTest : public ::testing::TestWithParam<KeyType> {};

INSTANTIATE_TEST_SUITE_P(AllKeys, KeyAndCsrTest,
                         ::testing::Values(KeyType::kP256, KeyType::kP384, KeyType::kRsa2048,
                                           KeyType::kRsa3072, KeyType::kEd25519),
                         [](const auto& info) { return std::string(KeyTypeName(info.param)); });

TEST_P(KeyAndCsrTest, OurParserAndVerifierAcceptIt) {
  const std::vector<x509::RequestedName> names = {
      {x509::NameType::kUri, "spiffe://fleet.example/svc/web"},
      {x509::NameType::kDns, "web.fleet.example"},
      {x509::NameType::kIp, std::string("\x0a\x00\x00\x01", 4)}};
  const absl::StatusOr<KeyAndCsr> made = MakeKeyAndCsr(GetParam(), names);
  ASSERT_TRUE(made.ok()) << made.status();
  const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(made->csr_der, x509::CsrLimits());
  ASSERT_TRUE(csr.ok()) << csr.status();
  ASSERT_EQ(csr->names.size(), names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(csr->names[i].type, names[i].type);
    EXPECT_EQ(csr->names[i].value, names[i].value);
  }
  EXPECT_TRUE(csr->ignored_extensions.empty());
  const x509::Csr* const csrs[] = {&*csr};
  absl::Status results[] = {absl::UnknownError("")};
  x509::PossessionVerifier::CreateOpenSsl()->VerifyBatch(csrs, absl::MakeSpan(results));
  EXPECT_TRUE(results[0].ok()) << results[0];

  const auto key = DecodePrivateKey(made->private_key_pem.view(), SecretBytes());
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(*EncodePublicKey(key->get()), csr->public_key.spki);
}

TEST_P(KeyAndCsrTest, OpenSslAcceptsIt) {
  const absl::StatusOr<KeyAndCsr> made =
      MakeKeyAndCsr(GetParam(), {{{x509::NameType::kDns, "web.fleet.example"}}});
  ASSERT_TRUE(made.ok()) << made.status();
  const unsigned char* cursor = AsUnsigned(made->csr_der);
  const X509ReqPtr request(d2i_X509_REQ(nullptr, &cursor, static_cast<long>(made->csr_der.size())));
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(cursor, AsUnsigned(made->csr_der) + made->csr_der.size());
  EXPECT_EQ(X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())), 1);
  STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request.get());
  EXPECT_EQ(sk_X509_EXTENSION_num(extensions), 1);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

TEST(BuildCsrTest, WithoutNamesThereIsNoAttribute) {
  const absl::StatusOr<KeyAndCsr> made = MakeKeyAndCsr(KeyType::kEd25519, {});
  ASSERT_TRUE(made.ok()) << made.status();
  const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(made->csr_der, x509::CsrLimits());
  ASSERT_TRUE(csr.ok()) << csr.status();
  EXPECT_TRUE(csr->names.empty());
}

TEST(BuildCsrTest, AnUnknownKindOfKeyIsRefused) {
  const EvpPkeyPtr key(EVP_EC_gen("P-521"));
  const absl::Status status = BuildCsr(key.get(), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kKeyUnsupported);
}

}  // namespace
}  // namespace fleetca::client
