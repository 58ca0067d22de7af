// A folder that is gone with the test.
#ifndef FLEETCA_TESTS_TESTING_TEMPORARY_FOLDER_H_
#define FLEETCA_TESTS_TESTING_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace fleetca::testing {

// Below $TEST_TMPDIR. Removed with everything in it. Dies loudly on failure.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const char* base = std::getenv("TEST_TMPDIR");
    path_ = std::string(base != nullptr ? base : "/tmp") + "/fleetca-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) {
      std::abort();
    }
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_TEMPORARY_FOLDER_H_
