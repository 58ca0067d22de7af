#include "service/net/tls_check.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/private_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/authority/new_ca.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/oid.h"
#include "x509/pem.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::string Pem(absl::string_view der) { return x509::EncodePem(x509::kPemCertificate, der); }

NewCaOptions Titled(absl::string_view title) {
  NewCaOptions options;
  options.organization = "fleet.test";
  options.title = std::string(title);
  options.lifetime = absl::Hours(1000);
  return options;
}

LeafOptions ServerOptions() {
  LeafOptions options;
  options.names = {{x509::NameType::kDns, "ca.fleet.test"}};
  options.extended_key_usage = {std::string(x509::oid::kServerAuth)};
  options.lifetime = absl::Hours(100);
  return options;
}

class TlsCheckTest : public ::testing::Test {
 protected:
  // Once, as encrypted keys take their time.
  static void SetUpTestSuite() {
    root_ = *NewCa::CreateRoot(Titled("root"), kNow);
    issuing_ = *root_->CreateBelow(Titled("issuing"), kNow);
    leaf_ = *issuing_->IssueLeaf(ServerOptions(), kNow);
    chain_ = Pem(leaf_.certificate) + Pem(issuing_->certificate());
  }

  static absl::StatusOr<CheckedPair> Check(absl::string_view chain, absl::string_view key,
                                           absl::Time now = kNow) {
    return CheckServerIdentity({"server.crt", chain}, {"server.key", key}, now);
  }

  // The sentence about a chain, with the leaf's key.
  static std::string Problem(absl::string_view chain, absl::Time now = kNow) {
    const auto checked = Check(chain, leaf_.private_key.view(), now);
    EXPECT_THAT(checked, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    EXPECT_THAT(std::string(checked.status().message()), HasSubstr("server.crt: "));
    return std::string(checked.status().message());
  }

  static std::string ProblemOfLeaf(const LeafOptions& options) {
    const NewLeaf leaf = *issuing_->IssueLeaf(options, kNow);
    const auto checked = Check(Pem(leaf.certificate), leaf.private_key.view());
    EXPECT_THAT(checked, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    return std::string(checked.status().message());
  }

  static inline std::unique_ptr<NewCa> root_;
  static inline std::unique_ptr<NewCa> issuing_;
  static inline NewLeaf leaf_;
  static inline std::string chain_;
};

TEST_F(TlsCheckTest, TakesAKeyAndItsChain) {
  const auto identity = Check(chain_, leaf_.private_key.view());
  FLEETCA_ASSERT_OK(identity);
  EXPECT_EQ(identity->pem.view(), absl::StrCat(leaf_.private_key.view(), chain_));
  EXPECT_EQ(identity->chain_pem, chain_);
  FLEETCA_EXPECT_OK(Check(Pem(leaf_.certificate), leaf_.private_key.view()));
  FLEETCA_EXPECT_OK(Check(chain_ + Pem(root_->certificate()), leaf_.private_key.view()));
  // What openssl prints around the blocks is not handed on.
  const auto commented = Check("subject=x\n" + chain_ + "trailing\n", leaf_.private_key.view());
  FLEETCA_ASSERT_OK(commented);
  EXPECT_EQ(commented->pem.view(), identity->pem.view());
}

TEST_F(TlsCheckTest, RefusesHalfOfAReplacement) {
  const NewLeaf other = *issuing_->IssueLeaf(ServerOptions(), kNow);
  const auto checked = Check(chain_, other.private_key.view());
  EXPECT_THAT(checked, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(std::string(checked.status().message()),
              HasSubstr("server.key: it is not the key of server.crt"));
}

TEST_F(TlsCheckTest, RefusesWhatIsTorn) {
  EXPECT_THAT(Problem(""), HasSubstr("server.crt: "));
  EXPECT_THAT(Problem("not a certificate"), HasSubstr("server.crt: "));
  Problem(chain_.substr(0, 300));
  Problem(chain_.substr(0, chain_.size() - 30));
  for (size_t size = 0; size < leaf_.private_key.size() - 1; size += 7) {
    EXPECT_FALSE(Check(chain_, leaf_.private_key.view().substr(0, size)).ok()) << size;
  }
}

TEST_F(TlsCheckTest, RefusesWhatIsNotValidNow) {
  EXPECT_THAT(Problem(chain_, kNow + absl::Hours(101)), HasSubstr("certificate 1 expired at 20"));
  EXPECT_THAT(Problem(chain_, kNow - absl::Hours(48)), HasSubstr("certificate 1 is valid from 20"));
}

// How the way is found is tested with CheckServerChain.
TEST_F(TlsCheckTest, ShowsTheWayToARootAndRefusesAFileWithoutOne) {
  const ServerTrust trust{{root_->certificate()}, {issuing_->certificate()}, "fleet.test"};
  const auto check = [&](const std::string& chain) {
    return CheckServerIdentity({"server.crt", chain}, {"server.key", leaf_.private_key.view()},
                               kNow, &trust);
  };
  const std::string leaf = Pem(leaf_.certificate);
  const std::string root = Pem(root_->certificate());
  const std::string issuing = Pem(issuing_->certificate());
  for (const std::string& chain : {chain_, leaf + root + issuing, chain_ + issuing + root}) {
    const auto checked = check(chain);
    FLEETCA_ASSERT_OK(checked);
    EXPECT_EQ(checked->chain_pem, chain_);
    EXPECT_TRUE(checked->chain.rooted);
  }
  for (const std::string& chain : {leaf, leaf + root}) {
    const auto checked = check(chain);
    EXPECT_THAT(checked, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    EXPECT_THAT(std::string(checked.status().message()), HasSubstr("server.crt: certificate 1"));
  }
  EXPECT_THAT(Problem(issuing + leaf), HasSubstr("the first certificate is a CA's"));
}

TEST_F(TlsCheckTest, RefusesWhatEveryClientWouldRefuse) {
  LeafOptions client = ServerOptions();
  client.extended_key_usage = {std::string(x509::oid::kClientAuth)};
  EXPECT_THAT(ProblemOfLeaf(client), HasSubstr("not for server authentication"));
  LeafOptions nameless = ServerOptions();
  nameless.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/ca"}};
  EXPECT_THAT(ProblemOfLeaf(nameless), HasSubstr("no DNS name and no IP address"));
}

TEST_F(TlsCheckTest, ClientRootsAreThoseThatCanBe) {
  const std::string roots = Pem(root_->certificate()) + Pem(issuing_->certificate());
  auto checked = CheckClientRoots({"ca.pem", roots});
  FLEETCA_ASSERT_OK(checked);
  EXPECT_EQ(checked->pem, roots);
  EXPECT_THAT(checked->left_out, IsEmpty());
  // One odd certificate does not shut out the clients of the others.
  checked = CheckClientRoots({"ca.pem", Pem(leaf_.certificate) + roots + Pem("junk")});
  FLEETCA_ASSERT_OK(checked);
  EXPECT_EQ(checked->pem, roots);
  EXPECT_THAT(checked->left_out, ElementsAre(HasSubstr("certificate 1: it is not a CA certificate"),
                                             HasSubstr("certificate 4: ")));
}

TEST_F(TlsCheckTest, WithoutARootNothingIsTaken) {
  for (const std::string& text :
       {std::string(), std::string("not a certificate"), Pem("junk"), Pem(leaf_.certificate),
        Pem(root_->certificate()).substr(0, 200)}) {
    const auto checked = CheckClientRoots({"ca.pem", text});
    EXPECT_THAT(checked, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    EXPECT_THAT(std::string(checked.status().message()), HasSubstr("ca.pem: "));
  }
}

}  // namespace
}  // namespace fleetca::service
