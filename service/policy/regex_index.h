// Which regular expressions may match a name, without trying them all.
#ifndef FLEETCA_SERVICE_POLICY_REGEX_INDEX_H_
#define FLEETCA_SERVICE_POLICY_REGEX_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "service/policy/regex_ends.h"

namespace fleetca::service {

// Expressions by what their matches begin and end with. Thread-compatible.
class RegexIndex {
 public:
  struct Place {
    uint32_t rule;
    size_t element;  // of the rule's dns_regexes
  };

  void Add(const RegexEnds& ends, Place place);

  // Calls `take` with each expression whose matches begin and end as the name does, until that
  // returns false; whether it never did.
  [[nodiscard]] bool ForEach(absl::string_view name,
                             absl::FunctionRef<bool(const Place&)> take) const;

 private:
  template <typename Value>
  struct ByText {
    absl::flat_hash_map<std::string, Value> values;
    absl::btree_set<size_t> sizes;  // of the keys
  };

  ByText<ByText<std::vector<Place>>> by_suffix_;  // and then by prefix
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_REGEX_INDEX_H_
