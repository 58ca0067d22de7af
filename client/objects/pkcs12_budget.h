// What opening a foreign keystore may cost.
#ifndef FLEETCA_CLIENT_OBJECTS_PKCS12_BUDGET_H_
#define FLEETCA_CLIENT_OBJECTS_PKCS12_BUDGET_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/objects/pkcs12_reader.h"

namespace fleetca::client {

// How many iterations are left, and what takes as long.
class Pkcs12Budget {
 public:
  explicit Pkcs12Budget(const Pkcs12Limits& limits) : limit_(limits.iterations), left_(limit_) {}

  // FAILED_PRECONDITION kFileInvalid where fewer are left.
  [[nodiscard]] absl::Status Take(int64_t iterations) {
    if (iterations > left_) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat("It takes more than ", limit_,
                       " iterations, or as much work for large keys, to open, and a file may be "
                       "made so to keep its reader busy; have the program that wrote it use fewer, "
                       "or put fewer keys into it"));
    }
    left_ -= iterations;
    return absl::OkStatus();
  }

 private:
  const int64_t limit_;
  int64_t left_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_PKCS12_BUDGET_H_
