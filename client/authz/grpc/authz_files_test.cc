#include "client/authz/grpc/authz_files.h"

#include <string>
#include <vector>

#include "base/durable_file.h"
#include "base/errors.h"
#include "client/authz/grpc/testing/test_fleet.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;

class AuthzFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Write(files_.roots, fleet_.root_pem());
    Write(files_.intermediates, x509::EncodePem(x509::kPemCertificate, fleet_.issuing.certificate));
    Write(files_.method_roles, "methods { method: \"/a.B/C\" roles: \"reader\" }");
  }
  static void Write(const std::string& path, absl::string_view text) {
    FLEETCA_ASSERT_OK(WriteFileAtomic(path, text, 0644));
  }

  const testing::TestFleet fleet_;
  const fleetca::testing::TemporaryFolder folder_;
  AuthzFiles files_ = {.roots = folder_.path() + "/ca.pem",
                       .method_roles = folder_.path() + "/roles.textproto",
                       .intermediates = folder_.path() + "/issuing.pem",
                       .trust_domain = "fleet.example",
                       .audience = "svc/orders"};
};

TEST_F(AuthzFilesTest, LoadsWhatTheFilesSay) {
  const auto options = LoadAuthzOptions(files_);
  FLEETCA_ASSERT_OK(options);
  EXPECT_EQ(options->verifier.roots, std::vector<std::string>{fleet_.root.certificate});
  ASSERT_EQ(options->verifier.intermediates.size(), 1u);
  EXPECT_EQ(options->verifier.intermediates.certificates()[0].der, fleet_.issuing.certificate);
  EXPECT_EQ(options->methods.Needed("/a.B/C"), "any of reader");
  EXPECT_EQ(options->verifier.trust_domain, "fleet.example");
  EXPECT_EQ(options->verifier.audience, "svc/orders");
  files_.intermediates.clear();
  FLEETCA_ASSERT_OK(LoadAuthzOptions(files_));
  EXPECT_TRUE(LoadAuthzOptions(files_)->verifier.intermediates.empty());
}

TEST_F(AuthzFilesTest, NamesTheFileThatIsWrong) {
  const auto refused = [this](std::string AuthzFiles::*file, Reason reason) {
    AuthzFiles files = files_;
    Write(files.*file, "bogus");
    const auto options = LoadAuthzOptions(files);
    EXPECT_THAT(options, IsError(absl::StatusCode::kInvalidArgument, reason));
    EXPECT_NE(options.status().message().find(files.*file), absl::string_view::npos);
    files.*file += ".missing";
    EXPECT_THAT(LoadAuthzOptions(files),
                IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
    SetUp();
  };
  refused(&AuthzFiles::roots, Reason::kFileInvalid);
  refused(&AuthzFiles::intermediates, Reason::kFileInvalid);
  refused(&AuthzFiles::method_roles, Reason::kConfigInvalid);
}

}  // namespace
}  // namespace fleetca::client
