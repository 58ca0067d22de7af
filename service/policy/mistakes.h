// What is wrong with a policy, gathered while it is made.
#ifndef FLEETCA_SERVICE_POLICY_MISTAKES_H_
#define FLEETCA_SERVICE_POLICY_MISTAKES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"

namespace fleetca::service {

// INVALID_ARGUMENT kConfigInvalid each, with the field below the root of the policy, such as
// "identities[2].dns_names[0]". Thread-compatible.
class PolicyMistakes {
 public:
  void Add(absl::string_view field, absl::string_view message) {
    found_.push_back(InvalidArgument(Reason::kConfigInvalid, field, message));
  }
  // The message of `status` unless it is OK; true when it is.
  bool Check(absl::string_view field, const absl::Status& status) {
    if (!status.ok()) {
      Add(field, status.message());
    }
    return status.ok();
  }
  const std::vector<absl::Status>& found() const { return found_; }

 private:
  std::vector<absl::Status> found_;
};

// The index-th element of the list `field` below `parent`: "identities[2].roles[0]".
inline std::string ElementBelow(absl::string_view parent, absl::string_view field, size_t index) {
  return absl::StrCat(parent, ".", field, "[", index, "]");
}

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_MISTAKES_H_
