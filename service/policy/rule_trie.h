// The patterns of all rules as a tree over segments, in which the most specific one is found.
#ifndef FLEETCA_SERVICE_POLICY_RULE_TRIE_H_
#define FLEETCA_SERVICE_POLICY_RULE_TRIE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/policy/identity_pattern.h"

namespace fleetca::service {

// Thread-compatible; thread-safe once the last pattern was added.
class RuleTrie {
 public:
  // Adds a pattern for the rule of this number. When another rule's pattern has the same shape, so
  // that both match the same paths, adds nothing and returns that rule.
  [[nodiscard]] std::optional<uint32_t> Add(const IdentityPattern& pattern, uint32_t rule);

  // The rule whose pattern is the most specific of those that match: at the first segment in which
  // two differ, a literal goes before a capture and a capture before "*". Takes one hash look-up a
  // segment where patterns do not overlap, and never more steps than there are nodes.
  [[nodiscard]] std::optional<uint32_t> Find(absl::Span<const absl::string_view> path) const;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Node {
    absl::flat_hash_map<std::string, uint32_t> literals;  // to nodes
    uint32_t capture = kNone;                             // to a node
    uint32_t rule = kNone;                                // of the pattern that ends here
    uint32_t rest_rule = kNone;                           // of the pattern that ends here with "*"
  };

  uint32_t NewNode();
  uint32_t FindBelow(uint32_t node, absl::Span<const absl::string_view> path) const;

  std::vector<Node> nodes_{1};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_RULE_TRIE_H_
