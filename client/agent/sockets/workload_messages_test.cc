#include "client/agent/sockets/workload_messages.h"

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/agent/sockets/testing/test_identity.h"
#include "client/agent/sockets/testing/wire.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::client::testing::IdentityOfWords;
using ::fleetca::client::testing::kTestKeyPkcs8Base64;
using ::fleetca::client::testing::WireField;

std::string Octets(const SharedOctets& octets) {
  return octets == nullptr ? "(null)" : std::string(octets->view());
}

TEST(WorkloadMessagesTest, AnX509SvidOctetByOctet) {
  std::string key;
  ASSERT_TRUE(absl::Base64Unescape(kTestKeyPkcs8Base64, &key));
  const auto made = MakeX509Svid(IdentityOfWords());
  FLEETCA_ASSERT_OK(made);
  EXPECT_EQ(Octets(*made),
            absl::StrCat(
                WireField(1, absl::StrCat(WireField(1, "spiffe://fleet.example/web"),
                                          WireField(2, "leafissuingpolicy"), WireField(3, key),
                                          WireField(4, "rootnext root"), WireField(5, "internal"))),
                WireField(2, "crl")));
}

TEST(WorkloadMessagesTest, X509BundlesOctetByOctet) {
  EXPECT_EQ(Octets(MakeX509Bundles(IdentityOfWords())),
            absl::StrCat(WireField(1, "crl"),
                         WireField(2, absl::StrCat(WireField(1, "spiffe://fleet.example"),
                                                   WireField(2, "rootnext root")))));
}

TEST(WorkloadMessagesTest, WithoutACertificateThereAreBundlesAlone) {
  HeldIdentity held = IdentityOfWords();
  held.credential = nullptr;
  EXPECT_EQ(*MakeX509Svid(held), nullptr);
  EXPECT_NE(MakeX509Bundles(held), nullptr);
  held.roots_der.clear();
  EXPECT_EQ(MakeX509Bundles(held), nullptr);
}

TEST(WorkloadMessagesTest, TheRootsThatCameWithTheCertificateDoWhereThereAreNoOthers) {
  HeldIdentity held = IdentityOfWords();
  held.roots_der.clear();
  held.crls.clear();
  EXPECT_EQ(
      Octets(MakeX509Bundles(held)),
      WireField(2, absl::StrCat(WireField(1, "spiffe://fleet.example"), WireField(2, "root"))));
}

// Clients of gRPC take 4 MiB.
TEST(WorkloadMessagesTest, CrlsThatAreTooLargeKeepACertificateFromNobody) {
  HeldIdentity held = IdentityOfWords();
  const size_t without = Octets(*MakeX509Svid(held)).size();
  held.crls = {std::make_shared<const std::string>(size_t{2} << 20, 'a'),
               std::make_shared<const std::string>(size_t{1} << 20, 'b')};
  EXPECT_GT(Octets(*MakeX509Svid(held)).size(), size_t{3} << 20);
  EXPECT_GT(Octets(MakeX509Bundles(held)).size(), size_t{3} << 20);
  held.crls[1] = std::make_shared<const std::string>(*held.crls[1] + "b");
  EXPECT_LT(Octets(*MakeX509Svid(held)).size(), without);
  EXPECT_LT(Octets(MakeX509Bundles(held)).size(), without);
}

TEST(WorkloadMessagesTest, AKeyThatIsNoneIsAnError) {
  HeldIdentity held = IdentityOfWords();
  auto credential = std::make_shared<Credential>();
  credential->private_key_pem = SecretBytes("no key");
  credential->certificate_der = "leaf";
  held.credential = credential;
  EXPECT_THAT(MakeX509Svid(held), fleetca::testing::IsError(absl::StatusCode::kFailedPrecondition,
                                                            Reason::kFileInvalid));
}

TEST(SharedOctetsTest, AreSentFromWhereTheyAreUntilNobodyHasThem) {
  auto octets = std::make_shared<const SecretBytes>("secret");
  const std::weak_ptr<const SecretBytes> watch = octets;
  {
    const grpc::ByteBuffer buffer = ToByteBuffer(octets);
    const char* const where = octets->view().data();
    octets.reset();
    EXPECT_FALSE(watch.expired());
    grpc::Slice slice;
    ASSERT_TRUE(buffer.TrySingleSlice(&slice).ok());
    EXPECT_EQ(reinterpret_cast<const char*>(slice.begin()), where);
  }
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace fleetca::client
