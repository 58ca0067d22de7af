// What client code relies on when it renews, of the server and of the fake that the client's own
// tests run against.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "client/ca_client.h"
#include "client/issue_stream.h"
#include "client/issued.h"
#include "client/join_token_client.h"
#include "client/key_and_csr.h"
#include "tests/integration/client_contract_fixture.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca {
namespace {

using ::fleetca::testing::ClientContractTest;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::kRequestId;
using ::testing::SizeIs;

// A host of the fleet: its certificate is made by the administrator, and renewed by itself.
class RenewalContractTest : public ClientContractTest {
 protected:
  void SetUp() override {
    ClientContractTest::SetUp();
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        client::KeyAndCsr made,
        client::MakeKeyAndCsr(KeyType::kP256, {{x509::NameType::kUri, Identity("/svc/web")}}));
    first_.csr_der = made.csr_der;
    first_.profile = "service";
    first_.identity = Identity("/svc/web");
    key_pem_ = std::string(made.private_key_pem.view());
    FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued issued, client_->Issue(first_));
    holder_ = HolderOf(issued);
  }

  // A client that shows this certificate, which is of the first one's key.
  std::unique_ptr<client::CaClient> HolderOf(const client::Issued& issued, bool by_proof = false) {
    const std::string path = absl::StrCat(folder_.path(), "/", ++files_);
    std::string pem = x509::EncodePem(x509::kPemCertificate, issued.certificate_der);
    for (const std::string& der : issued.chain_der) {
      pem += x509::EncodePem(x509::kPemCertificate, der);
    }
    EXPECT_THAT(WriteFileAtomic(path + ".crt", pem, 0644), testing::IsOk());
    EXPECT_THAT(WriteFileAtomic(path + ".key", key_pem_, 0600), testing::IsOk());
    client::CaClientOptions options;
    options.address = ca_->issuing_address();
    options.files = {ca_->admin().ca_file, path + ".crt", path + ".key", Identity("/svc/fleetca")};
    options.deadline = absl::Seconds(20);
    options.renew_by_proof = by_proof;
    auto client = client::CaClient::Create(options);
    EXPECT_THAT(client, testing::IsOk());
    return *std::move(client);
  }

  static std::string KeyOf(const client::Issued& issued) {
    return std::string(x509::ParseCertificate(issued.certificate_der)->public_key.spki);
  }
  std::string FirstKey() const { return std::string(*client::CsrPublicKey(first_.csr_der)); }

  testing::TemporaryFolder folder_;
  int files_ = 0;
  std::string key_pem_;
  client::IssueOptions first_;
  std::unique_ptr<client::CaClient> holder_;
};

INSTANTIATE_TEST_SUITE_P(Both, RenewalContractTest, ::testing::Bool(), testing::NameOfCa);

TEST_P(RenewalContractTest, KeepsTheKeyWithoutACsrAndTakesThatOfACsr) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued same, holder_->Renew({}));
  EXPECT_EQ(KeyOf(same), FirstKey());
  EXPECT_FALSE(same.replayed);
  EXPECT_THAT(same.chain_der, SizeIs(1));
  const std::string csr = Csr();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued other, holder_->Renew({.csr_der = csr}));
  EXPECT_EQ(KeyOf(other), *client::CsrPublicKey(csr));
}

TEST_P(RenewalContractTest, TheSameRequestIdGivesTheSameCertificate) {
  client::RenewOptions renewal;
  renewal.request_id = kRequestId;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued first, holder_->Renew(renewal));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued again, holder_->Renew(renewal));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.certificate_der, first.certificate_der);
  renewal.csr_der = Csr();
  EXPECT_THAT(holder_->Renew(renewal),
              IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
}

TEST_P(RenewalContractTest, TheOneBeforeTheNewestMayAskAgainAndAnOlderOneMayNot) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued lost, holder_->Renew({}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued second, holder_->Renew({}));
  const auto kIsStale = IsError(absl::StatusCode::kPermissionDenied, Reason::kLineageStale);
  EXPECT_THAT(HolderOf(lost)->Renew({}), kIsStale);
  EXPECT_THAT(HolderOf(second)->Renew({}), testing::IsOk());
  EXPECT_THAT(holder_->Renew({}), kIsStale);
}

TEST_P(RenewalContractTest, AProofRenewsAsTheHandshakeDoes) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued first, holder_->Renew({}));
  const auto prover = HolderOf(first, /*by_proof=*/true);
  client::RenewOptions renewal;
  renewal.request_id = kRequestId;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued same, prover->Renew(renewal));
  EXPECT_EQ(KeyOf(same), FirstKey());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued again, prover->Renew(renewal));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.certificate_der, same.certificate_der);
  const std::string csr = Csr();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued other,
                               HolderOf(same, true)->Renew({.csr_der = csr}));
  EXPECT_EQ(KeyOf(other), *client::CsrPublicKey(csr));
  // The line counts as ever.
  EXPECT_THAT(prover->Renew({}),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kLineageStale));
}

TEST_P(RenewalContractTest, BatchesAndStreamsRenewForTheHolderAlone) {
  client::IssueOptions renewal;
  renewal.renewal = true;
  client::IssueOptions for_another = renewal;
  for_another.identity = Identity("/svc/db");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto results, holder_->IssueBatch({renewal, for_another}));
  FLEETCA_ASSERT_OK(results[0]);
  EXPECT_EQ(KeyOf(*results[0]), FirstKey());
  EXPECT_THAT(results[1], IsInvalid(Reason::kRenewalInvalid, "identity"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto stream, holder_->OpenStream());
  FLEETCA_ASSERT_OK(stream->Send(1, renewal));
  stream->FinishSending();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto answer, stream->Receive());
  ASSERT_TRUE(answer.has_value());
  FLEETCA_ASSERT_OK(answer->result);
  EXPECT_EQ(KeyOf(*answer->result), FirstKey());
}

TEST_P(RenewalContractTest, WhoShowsATokenRenewsNothing) {
  const std::vector<client::CreatedJoinToken> made = CreateTokens({"/host/a"});
  ASSERT_THAT(made, SizeIs(1));
  client::IssueOptions renewal = {.csr_der = Csr("/host/a")};
  renewal.renewal = true;
  EXPECT_THAT(IssueByToken(made[0].token.view(), renewal),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kRenewalInvalid));
  EXPECT_THAT(IdsOf({.usable_only = true}), SizeIs(1)) << "the token is not used";
}

}  // namespace
}  // namespace fleetca
