#include "client/cli/local/diff_command.h"

#include <set>
#include <string>

#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/openssl_ca.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DiffCommandTest : public LocalChainTest {
 protected:
  // The root's name and key once more, of version 1.
  std::string WriteVersion1(const std::string& name) const {
    return Write(name, fleetca::testing::MakeByOpenSsl({.subject = &root_,
                                                        .not_before = absl::Now() - absl::Hours(2),
                                                        .not_after = absl::Now() + absl::Hours(9),
                                                        .version = 1,
                                                        .extensions = {}})
                           .pem);
  }
};

TEST_F(DiffCommandTest, ACertificateAndItself) {
  const Outcome same = RunCommand({"cert", "diff", Path("web.pem"), Path("web.pem")});
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_THAT(same.out, HasSubstr("have the same contents"));
  EXPECT_THAT(same.err, IsEmpty());
}

TEST_F(DiffCommandTest, Version1OnBothSides) {
  const std::string old = WriteVersion1("old.pem");
  const Outcome same = RunCommand({"cert", "diff", old, old});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_THAT(same.err, AllOf(HasSubstr("old.pem is not accepted here"),
                              HasSubstr("is of version 1, which has no extensions"),
                              Not(HasSubstr("breaks"))));
  const Outcome other = RunCommand({"cert", "diff", "-o", "json", old, WriteVersion1("new.pem")});
  EXPECT_EQ(other.exit_code, 1) << other.err;
  EXPECT_THAT(other.out, AllOf(HasSubstr("\"serial\""), HasSubstr("\"sha256\"")));
}

// The dates, the serial number and the octets differ, and name and key do not.
TEST_F(DiffCommandTest, Version1AndVersion3) {
  const Outcome found =
      RunCommand({"cert", "diff", "-o", "json", WriteVersion1("old.pem"), Path("root.pem")});
  EXPECT_EQ(found.exit_code, 1) << found.err;
  std::set<std::string> fields;
  const auto json = nlohmann::json::parse(found.out);
  for (const auto& difference : json["differences"]) {
    fields.insert(difference["field"].get<std::string>());
  }
  EXPECT_EQ(fields, (std::set<std::string>{"serial", "not_before", "not_after", "sha256"}))
      << found.out;
}

TEST_F(DiffCommandTest, WhatCannotBeRead) {
  ExpectRefused({"cert", "diff", Path("web.pem"), Path("web.key")}, 2, "private key");
}

}  // namespace
}  // namespace fleetca::client
