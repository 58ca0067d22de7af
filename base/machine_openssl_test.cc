#include "base/machine_openssl.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/openssl.h"

namespace fleetca {
namespace {

// OpenSSL itself reads its configuration once in a process; these read it each time.
class MachineOpenSslTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Configure("");
    ASSERT_FALSE(IsConfiguredForFips());  // from here on OpenSSL has its configuration
  }
  void TearDown() override { EXPECT_EQ(ERR_peek_error(), 0u); }

  void Configure(const std::string& text) {
    const std::string file = absl::StrCat(::testing::TempDir(), "/machine_openssl.cnf");
    std::ofstream(file) << text;
    ASSERT_EQ(setenv("OPENSSL_CONF", file.c_str(), 1), 0);
  }
  void ConfigureProperties(const std::string& properties) {
    Configure(absl::StrCat("openssl_conf = start\n[start]\nalg_section = evp\n[evp]\n",
                           "default_properties = ", properties, "\n"));
  }
};

TEST_F(MachineOpenSslTest, ASectionIsFoundByTheNamesThatLeadToIt) {
  Configure("openssl_conf = start\n[start]\nssl_conf = tls\n[tls]\nb = 2\na = 1 # one\n");
  const auto lines = MachineOpenSslSection({"openssl_conf", "ssl_conf"});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], (std::pair<std::string, std::string>("b", "2")));
  EXPECT_EQ(lines[1], (std::pair<std::string, std::string>("a", "1")));
  EXPECT_TRUE(MachineOpenSslSection({"openssl_conf", "alg_section"}).empty());
  EXPECT_TRUE(MachineOpenSslSection({"ssl_conf"}).empty());
}

TEST_F(MachineOpenSslTest, WithoutAFileThereIsNothing) {
  ASSERT_EQ(setenv("OPENSSL_CONF", "/no/such/file", 1), 0);
  EXPECT_TRUE(MachineOpenSslSection({"openssl_conf"}).empty());
  EXPECT_FALSE(IsConfiguredForFips());
}

TEST_F(MachineOpenSslTest, FipsIsWhatOpenSslRequires) {
  ASSERT_EQ(EVP_default_properties_enable_fips(nullptr, 1), 1);
  EXPECT_TRUE(IsConfiguredForFips());
  ASSERT_EQ(EVP_default_properties_enable_fips(nullptr, 0), 1);
  EXPECT_FALSE(IsConfiguredForFips());
}

TEST_F(MachineOpenSslTest, FipsIsWhatTheFilePrefers) {
  for (const char* properties : {"?fips=yes", "?fips = yes", "?provider=other,?FIPS=yes", "?fips",
                                 "fips=yes", "?fips='yes'"}) {
    ConfigureProperties(properties);
    EXPECT_TRUE(IsConfiguredForFips()) << properties;
  }
  for (const char* properties :
       {"", "fips=no", "?fips=no", "-fips", "provider=fips", "fips=yes2"}) {
    ConfigureProperties(properties);
    EXPECT_FALSE(IsConfiguredForFips()) << properties;
  }
}

}  // namespace
}  // namespace fleetca
