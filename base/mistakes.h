// What is wrong with a configuration or a policy, gathered while it is judged.
#ifndef FLEETCA_BASE_MISTAKES_H_
#define FLEETCA_BASE_MISTAKES_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"

namespace fleetca {

// A list of mistakes, each an INVALID_ARGUMENT kConfigInvalid with the field it is in, such as
// "identities[2].dns_names[0]", and a message that continues the field's name, such as "is
// missing". Fields are named from the root of what is judged. Thread-compatible.
class Mistakes {
 public:
  void Add(absl::string_view field, absl::string_view message) {
    found_.push_back(InvalidArgument(Reason::kConfigInvalid, field, message));
  }

  // Adds the message of `status` unless it is OK; true when it is.
  bool Check(absl::string_view field, const absl::Status& status) {
    if (!status.ok()) {
      Add(field, status.message());
    }
    return status.ok();
  }

  // Adds the mistakes of a part, which stands at `field` and whose own fields are named from its
  // root. A mistake without a field is one of the part as a whole.
  void AddBelow(absl::string_view field, const Mistakes& part) {
    for (const absl::Status& mistake : part) {
      const std::string below = GetField(mistake);
      Add(absl::StrCat(field, field.empty() || below.empty() ? "" : ".", below), mistake.message());
    }
  }

  [[nodiscard]] bool empty() const { return found_.empty(); }
  [[nodiscard]] size_t size() const { return found_.size(); }
  // In the order in which they were added. All three alias this object.
  std::vector<absl::Status>::const_iterator begin() const { return found_.begin(); }
  std::vector<absl::Status>::const_iterator end() const { return found_.end(); }
  const absl::Status& front() const { return found_.front(); }

 private:
  std::vector<absl::Status> found_;
};

// The index-th element of the list `field` below `parent`: "identities[2].roles[0]".
inline std::string ElementBelow(absl::string_view parent, absl::string_view field, size_t index) {
  return absl::StrCat(parent, ".", field, "[", index, "]");
}

}  // namespace fleetca

#endif  // FLEETCA_BASE_MISTAKES_H_
