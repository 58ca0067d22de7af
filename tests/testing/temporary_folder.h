// A folder that is gone with the test.
#ifndef FLEETCA_TESTS_TESTING_TEMPORARY_FOLDER_H_
#define FLEETCA_TESTS_TESTING_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace fleetca::testing {

// Empty at first; removed with everything in it. Dies loudly on failure.
class TemporaryFolder {
 public:
  // Below $TEST_TMPDIR, or else /tmp.
  TemporaryFolder() : TemporaryFolder(TestFolder()) {}
  explicit TemporaryFolder(const std::string& parent) : path_(parent + "/fleetca-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) {
      std::perror(path_.c_str());
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
  static std::string TestFolder() {
    const char* folder = std::getenv("TEST_TMPDIR");
    return folder != nullptr ? folder : "/tmp";
  }

  std::string path_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_TEMPORARY_FOLDER_H_
