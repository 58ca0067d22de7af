#include "deploy/quickstart/trial_server.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::quickstart {
namespace {

using ::fleetca::testing::IsError;

// A process that has the file locked and is named in it is told to end only when it is the server.
TEST(TrialServerTest, AProcessThatIsNoServerIsNotTakenForOne) {
  const fleetca::testing::TemporaryFolder place;
  const TrialFolder folder = {place.path()};
  const absl::StatusOr<pid_t> none = RunningServer(folder);
  FLEETCA_ASSERT_OK(none);
  EXPECT_EQ(*none, 0);
  const Descriptor file(open(folder.pid_file().c_str(), O_RDWR | O_CLOEXEC));
  const std::string number = absl::StrCat(getpid(), "\n");
  ASSERT_EQ(write(file.get(), number.data(), number.size()), static_cast<ssize_t>(number.size()));
  ASSERT_EQ(flock(file.get(), LOCK_EX | LOCK_NB), 0);
  EXPECT_THAT(RunningServer(folder),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

}  // namespace
}  // namespace fleetca::quickstart
