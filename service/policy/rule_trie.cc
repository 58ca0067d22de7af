#include "service/policy/rule_trie.h"

namespace fleetca::service {

uint32_t RuleTrie::NewNode() {
  nodes_.emplace_back();
  return static_cast<uint32_t>(nodes_.size() - 1);
}

std::optional<uint32_t> RuleTrie::Add(const IdentityPattern& pattern, uint32_t rule) {
  uint32_t node = 0;
  bool has_rest = false;
  for (const IdentityPattern::Segment& segment : pattern.segments()) {
    uint32_t next = kNone;
    switch (segment.kind) {
      case IdentityPattern::Kind::kLiteral: {
        const auto found = nodes_[node].literals.find(segment.text);
        next = found == nodes_[node].literals.end() ? NewNode() : found->second;
        nodes_[node].literals.try_emplace(segment.text, next);
        break;
      }
      case IdentityPattern::Kind::kCapture:
        next = nodes_[node].capture == kNone ? NewNode() : nodes_[node].capture;
        nodes_[node].capture = next;
        break;
      case IdentityPattern::Kind::kRest:
        has_rest = true;  // always the last one
        next = node;
        break;
    }
    node = next;
  }
  uint32_t& place = has_rest ? nodes_[node].rest_rule : nodes_[node].rule;
  if (place != kNone) {
    return place;
  }
  place = rule;
  return std::nullopt;
}

std::optional<uint32_t> RuleTrie::Find(absl::Span<const absl::string_view> path) const {
  const uint32_t rule = FindBelow(0, path);
  return rule == kNone ? std::nullopt : std::optional<uint32_t>(rule);
}

// The recursion is at most as deep as the longest pattern. Branches are tried in the order of
// precedence, so the first rule found is the rule that applies.
uint32_t RuleTrie::FindBelow(uint32_t index, absl::Span<const absl::string_view> path) const {
  const Node& node = nodes_[index];
  if (path.empty()) {
    return node.rule;
  }
  if (const auto literal = node.literals.find(path.front()); literal != node.literals.end()) {
    if (const uint32_t rule = FindBelow(literal->second, path.subspan(1)); rule != kNone) {
      return rule;
    }
  }
  if (node.capture != kNone) {
    if (const uint32_t rule = FindBelow(node.capture, path.subspan(1)); rule != kNone) {
      return rule;
    }
  }
  return node.rest_rule;
}

}  // namespace fleetca::service
