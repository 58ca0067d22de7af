#include "service/policy/name_conflicts.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/policy/one_capture.h"
#include "service/policy/regex_index.h"
#include "x509/ip_prefix.h"
#include "x509/san.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

using Label = NameTemplate::Label;
using x509::GeneralName;
using x509::NameType;
using Labels = std::vector<Label>;
// What the captures of a rule stand for; nullopt for one that nothing is known of.
using Bindings = std::vector<std::optional<std::string>>;

// Of names with the expressions whose matches begin and end so; half a second.
constexpr size_t kMaxRegexMatches = 1000000;
// Stands for any text.
constexpr absl::string_view kAny = "x";

// Takes the text of a label apart by a label with a capture.
[[nodiscard]] bool Bind(const Label& label, absl::string_view text, Bindings* bindings) {
  if (!label.capture.has_value()) {
    return label.before == text;
  }
  const std::optional<absl::string_view> captured = TextBetween(label.before, label.after, text);
  if (!captured.has_value()) {
    return false;
  }
  std::optional<std::string>& bound = (*bindings)[*label.capture];
  if (bound.has_value()) {
    return *bound == *captured;
  }
  bound = std::string(*captured);
  return true;
}

// The text of a label as far as it is known.
[[nodiscard]] std::optional<std::string> TextOf(const Label& label, const Bindings& bindings) {
  if (!label.capture.has_value()) {
    return label.before;
  }
  const std::optional<std::string>& bound = bindings[*label.capture];
  return bound.has_value() ? std::make_optional(absl::StrCat(label.before, *bound, label.after))
                           : std::nullopt;
}

absl::string_view Longer(absl::string_view a, absl::string_view b) {
  return a.size() > b.size() ? a : b;
}

[[nodiscard]] bool UnifyLabel(const Label& a, const Label& b, Bindings* in_a, Bindings* in_b) {
  if (const std::optional<std::string> text = TextOf(a, *in_a)) {
    return Bind(b, *text, in_b);
  }
  if (const std::optional<std::string> text = TextOf(b, *in_b)) {
    return Bind(a, *text, in_a);
  }
  const std::string text = absl::StrCat(Longer(a.before, b.before), kAny, Longer(a.after, b.after));
  return Bind(a, text, in_a) && Bind(b, text, in_b);
}

// Whether two names can be one text; what their captures stand for then. What is written out goes
// first, as it leaves no choice.
[[nodiscard]] bool Unify(absl::Span<const Label> a, absl::Span<const Label> b, Bindings* in_a,
                         Bindings* in_b) {
  for (const bool free : {false, true}) {
    for (size_t i = 0; i < a.size(); ++i) {
      const bool is_free = a[i].capture.has_value() && b[i].capture.has_value();
      if (is_free == free && !UnifyLabel(a[i], b[i], in_a, in_b)) {
        return false;
      }
    }
  }
  return true;
}

// An identity that the pattern matches with its captures bound so.
std::string PathOf(const IdentityPattern& pattern, const Bindings& bindings) {
  std::string path;
  size_t capture = 0;
  for (const IdentityPattern::Segment& segment : pattern.segments()) {
    if (segment.kind == IdentityPattern::Kind::kLiteral) {
      absl::StrAppend(&path, "/", segment.text);
    } else if (segment.kind == IdentityPattern::Kind::kCapture) {
      absl::StrAppend(&path, "/", bindings[capture++].value_or(std::string(kAny)));
    } else {
      absl::StrAppend(&path, "/", kAny);
    }
  }
  return path;
}

std::string Described(const PlacedRule& placed) {
  const Rule& rule = *placed.rule;
  return rule.line == 0 ? absl::StrCat("the rule \"", rule.name, "\"")
                        : absl::StrCat("the rule \"", rule.name, "\" (line ", rule.line, ")");
}

class SharedNames {
 public:
  SharedNames(absl::Span<const PlacedRule> rules, const ReservedNames& reserved,
              const RuleTrie& trie, PolicyMistakes* mistakes)
      : rules_(rules), reserved_(reserved), trie_(trie), mistakes_(*mistakes) {}

  // Whether all was compared that there is.
  bool Find() {
    for (uint32_t i = 0; i < rules_.size(); ++i) {
      Note(i, "dns_names", rules_[i].rule->dns_names, false);
      Note(i, "dns_suffixes", rules_[i].rule->dns_suffixes, true);
      const auto& regexes = rules_[i].rule->dns_regexes;
      for (size_t k = 0; k < regexes.size() && !rules_[i].rule->shared_names; ++k) {
        regexes_.Add(regexes[k].ends(), {i, k});
      }
    }
    for (uint32_t e = 0; e < entries_.size(); ++e) {
      if (rules_[entries_[e].rule].rule->shared_names) {
        continue;  // with every rule
      }
      index_[KeyOf(entries_[e], entries_[e].literal_tail)].push_back(e);
    }
    for (const Entry& entry : entries_) {
      if (!entry.is_suffix && !rules_[entry.rule].rule->shared_names) {
        CompareByTail(entry);
      }
    }
    return CompareWithRegexes();
  }

 private:
  struct Entry {
    uint32_t rule;
    std::string field;
    Labels labels;
    bool is_suffix;
    size_t literal_tail;  // how many labels at the end are written out
  };

  static bool IsWrittenOut(const Entry& entry) { return entry.literal_tail == entry.labels.size(); }

  void Note(uint32_t rule, absl::string_view list, const std::vector<NameTemplate>& templates,
            bool is_suffix) {
    for (size_t i = 0; i < templates.size(); ++i) {
      Entry entry{rule, ElementBelow(rules_[rule].field, list, i), templates[i].Labels(), is_suffix,
                  0};
      if (is_suffix) {
        entry.labels.erase(entry.labels.begin());  // before the first "."
      }
      const auto end = std::find_if(entry.labels.rbegin(), entry.labels.rend(),
                                    [](const Label& label) { return label.capture.has_value(); });
      entry.literal_tail = static_cast<size_t>(end - entry.labels.rbegin());
      entries_.push_back(std::move(entry));
    }
  }

  // Of the entries whose last labels, and no more than those, are written out so.
  static std::string Key(bool is_suffix, size_t labels, absl::Span<const Label> tail) {
    return absl::StrCat(is_suffix ? "below" : absl::StrCat(labels), "|",
                        absl::StrJoin(tail, ".", [](std::string* out, const Label& label) {
                          out->append(label.before);
                        }));
  }
  static std::string KeyOf(const Entry& entry, size_t tail) {
    return Key(entry.is_suffix, entry.labels.size(),
               absl::MakeConstSpan(entry.labels).subspan(entry.labels.size() - tail));
  }

  // With every name that may come to the same text: of as many labels, or a suffix of fewer.
  void CompareByTail(const Entry& entry) {
    for (size_t tail = 0; tail <= entry.literal_tail; ++tail) {
      CompareAll(entry, KeyOf(entry, tail));
      if (IsWrittenOut(entry)) {
        CompareAll(
            entry,
            Key(true, 0, absl::MakeConstSpan(entry.labels).subspan(entry.labels.size() - tail)));
      }
    }
  }

  void CompareAll(const Entry& entry, const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) {
      return;
    }
    for (const uint32_t e : found->second) {
      const Entry& other = entries_[e];
      const size_t count = other.labels.size();
      const size_t above = entry.labels.size() - std::min(count, entry.labels.size());
      if (other.rule == entry.rule || count > entry.labels.size() ||
          (other.is_suffix && above == 0)) {
        continue;
      }
      Bindings own = Unbound(entry.rule);
      Bindings others = Unbound(other.rule);
      if (Unify(absl::MakeConstSpan(entry.labels).subspan(above), other.labels, &own, &others)) {
        Judge(entry, own, other.rule, others, other.field);
      }
    }
  }

  // False where kMaxRegexMatches did not suffice.
  bool CompareWithRegexes() {
    size_t tried = 0;
    for (const Entry& entry : entries_) {
      if (entry.is_suffix || !IsWrittenOut(entry) || rules_[entry.rule].rule->shared_names) {
        continue;
      }
      const std::string name = TextOf(entry, Unbound(entry.rule));
      if (absl::StartsWith(name, "*")) {
        continue;  // no expression grants a wildcard
      }
      const bool all = regexes_.ForEach(name, [&](const RegexIndex::Place& place) {
        if (place.rule != entry.rule) {
          CompareWithRegex(entry, name, place);
        }
        return ++tried < kMaxRegexMatches;
      });
      if (!all) {
        return false;
      }
    }
    return true;
  }

  void CompareWithRegex(const Entry& entry, absl::string_view name,
                        const RegexIndex::Place& place) {
    Bindings others = Unbound(place.rule);
    if (rules_[place.rule].rule->dns_regexes[place.element].MatchesAny(name, &others)) {
      Judge(entry, Unbound(entry.rule), place.rule, others,
            ElementBelow(rules_[place.rule].field, "dns_regexes", place.element));
    }
  }

  Bindings Unbound(uint32_t rule) const {
    return Bindings(rules_[rule].rule->identity.captures().size());
  }

  static std::string TextOf(const Entry& entry, const Bindings& bindings) {
    return absl::StrJoin(entry.labels, ".", [&bindings](std::string* out, const Label& label) {
      out->append(service::TextOf(label, bindings).value_or(std::string(kAny)));
    });
  }

  // Two identities have the name only where each is decided by its rule: of an identity that a more
  // specific rule takes away, this one says nothing.
  void Judge(const Entry& entry, const Bindings& own, uint32_t other, const Bindings& others,
             const std::string& other_field) {
    const std::string name = TextOf(entry, own);
    if (reserved_.Covers({NameType::kDns, name})) {
      return;
    }
    const std::string path = PathOf(rules_[entry.rule].rule->identity, own);
    const std::string other_path = PathOf(rules_[other].rule->identity, others);
    if (trie_.Find(SplitPath(path)) != entry.rule || trie_.Find(SplitPath(other_path)) != other ||
        !reported_.insert(std::minmax(entry.rule, other)).second) {
      return;
    }
    const bool later = entry.rule > other;
    mistakes_.Add(
        later ? entry.field : other_field,
        absl::StrCat("can give ", name, " to ", later ? path : other_path, ", and ",
                     Described(rules_[later ? other : entry.rule]), " can give it to ",
                     later ? other_path : path,
                     ": one of them could pose as the other. Give them different names, or write "
                     "shared_names: true where that is meant"));
  }

  const absl::Span<const PlacedRule> rules_;
  const ReservedNames& reserved_;
  const RuleTrie& trie_;
  PolicyMistakes& mistakes_;
  std::vector<Entry> entries_;
  absl::flat_hash_map<std::string, std::vector<uint32_t>> index_;
  absl::flat_hash_set<std::pair<uint32_t, uint32_t>> reported_;
  RegexIndex regexes_;
};

// Whether the rule is for an identity of the CA's own, written out.
bool IsOwn(const Rule& rule, const ReservedNames& reserved) {
  return std::any_of(
      reserved.identities.begin(), reserved.identities.end(),
      [&rule](const std::string& id) { return rule.identity.text() == x509::SpiffePath(id); });
}

// Calls `take` with each DNS name and address that the rule writes out, and with its field.
template <typename Take>
void ForEachName(const PlacedRule& placed, Take take) {
  for (size_t i = 0; i < placed.rule->dns_names.size(); ++i) {
    const NameTemplate& name = placed.rule->dns_names[i];
    if (!name.HasCapture()) {
      const std::string text = name.Expand({});
      take(GeneralName{NameType::kDns, text}, ElementBelow(placed.field, "dns_names", i));
    }
  }
  for (size_t i = 0; i < placed.written->ip_prefixes.size(); ++i) {
    const absl::StatusOr<x509::IpPrefix> prefix =
        x509::ParseIpPrefix(placed.written->ip_prefixes[i]);
    if (prefix.ok() && static_cast<size_t>(prefix->bits) == 8 * prefix->address.size()) {
      take(GeneralName{NameType::kIp, prefix->address},
           ElementBelow(placed.field, "ip_prefixes", i));
    }
  }
}

}  // namespace

void ReserveOwnNames(absl::Span<const PlacedRule> rules, PolicyOptions* options) {
  ReservedNames& reserved = options->reserved;
  for (const PlacedRule& placed : rules) {
    if (IsOwn(*placed.rule, reserved)) {
      ForEachName(placed, [&reserved](const GeneralName& name, const std::string&) {
        if (!reserved.Covers(name)) {
          (name.type == NameType::kDns ? reserved.dns_names : reserved.ip_addresses)
              .emplace_back(name.value);
        }
      });
    }
  }
}

void FindReservedNames(absl::Span<const PlacedRule> rules, const PolicyOptions& options,
                       PolicyMistakes* mistakes) {
  for (const PlacedRule& placed : rules) {
    if (IsOwn(*placed.rule, options.reserved)) {
      continue;
    }
    ForEachName(placed, [&](const GeneralName& name, const std::string& field) {
      if (options.reserved.Covers(name)) {
        mistakes->Add(field, absl::StrCat(x509::NameToString(name),
                                          " is a name of the CA's server or stands for one, and "
                                          "whoever has a certificate for it could pose as the CA; "
                                          "remove it"));
      }
    });
  }
}

bool FindSharedNames(absl::Span<const PlacedRule> rules, const ReservedNames& reserved,
                     const RuleTrie& trie, PolicyMistakes* mistakes) {
  return SharedNames(rules, reserved, trie, mistakes).Find();
}

}  // namespace fleetca::service
