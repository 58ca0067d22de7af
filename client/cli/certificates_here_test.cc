#include "client/cli/certificates_here.h"

#include <string>

#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::EndsWith;

using CertificatesHereTest = LocalChainTest;

TEST_F(CertificatesHereTest, ThoseOfTheFolderThatAreNoCas) {
  Write("bad.crt", "junk");
  Write("notes", web_.pem);
  const auto other = Make("other", &issuing_, {{"subjectAltName", "DNS:a.fleet.example"}});
  Write("chain.crt", other.pem + issuing_.pem);
  const std::vector<CertificateHere> found = CertificatesHere("", folder_.path());
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(found[0].description, "DNS:a.fleet.example, in chain.crt");
  EXPECT_EQ(found[1].description, "DNS:web.fleet.example, in web.pem");
  const nlohmann::json inspected = Json({"cert", "inspect", Path("web.pem")});
  EXPECT_EQ(found[1].serial, inspected[0]["serial"].get<std::string>());
}

TEST_F(CertificatesHereTest, TheOwnOneIsTheFirst) {
  const std::vector<CertificateHere> found =
      CertificatesHere(Write("own", web_.pem), Path("absent"));
  ASSERT_EQ(found.size(), 1);
  EXPECT_THAT(found[0].description, EndsWith("in own"));
  EXPECT_TRUE(CertificatesHere(Path("gone"), Path("absent")).empty());
}

}  // namespace
}  // namespace fleetca::client
