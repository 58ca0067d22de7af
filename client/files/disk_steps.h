// Changes of the disk that are made one after the other, up to the first that fails.
#ifndef FLEETCA_CLIENT_FILES_DISK_STEPS_H_
#define FLEETCA_CLIENT_FILES_DISK_STEPS_H_

#include <cerrno>
#include <functional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// Called before each change with what it is ("sync tls.key"); an errno makes the change fail, 0
// lets it be made. For tests, which end the process here or fill the disk.
using BeforeStep = std::function<int(absl::string_view step)>;

// Thread-compatible.
class DiskSteps {
 public:
  // `before` may be empty, and outlives this.
  explicit DiskSteps(const BeforeStep& before) : before_(before) {}
  DiskSteps(const DiskSteps&) = delete;
  DiskSteps& operator=(const DiskSteps&) = delete;

  // Makes a system call that returns -1 and sets errno when it fails. Does nothing after a failure.
  DiskSteps& Do(absl::string_view step, absl::FunctionRef<int()> call) {
    if (error_ == 0 && before_ != nullptr) {
      error_ = before_(step);
    }
    if (error_ == 0 && call() < 0) {
      error_ = errno;
    }
    return *this;
  }

  // 0, or the errno of the step that failed.
  [[nodiscard]] int error() const { return error_; }

 private:
  const BeforeStep& before_;
  int error_ = 0;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_DISK_STEPS_H_
