// What the proof of the bounds saw (bounds_test): every number that is carried, by the place of it
// in the formulas.
#ifndef FLEETCA_P256_TESTING_BOUNDS_REPORT_H_
#define FLEETCA_P256_TESTING_BOUNDS_REPORT_H_

#include <algorithm>
#include <map>
#include <set>
#include <source_location>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "p256/testing/integer.h"

namespace fleetca::p256::testing {

struct Bounds {
  Integer low;
  Integer high;

  static Bounds Union(const Bounds& a, const Bounds& b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
  }
  friend Bounds operator+(const Bounds& a, const Bounds& b) {
    return {a.low + b.low, a.high + b.high};
  }
  friend Bounds operator-(const Bounds& a, const Bounds& b) {
    return {a.low - b.high, a.high - b.low};
  }
};

// What was required, and whether it held: by the place in the formulas.
class BoundsReport {
 public:
  using Place = std::source_location;

  static BoundsReport& Global() {
    static auto& report = *new BoundsReport;
    return report;
  }
  // Begins a new report. The multiple of the modulus that is added at the place `weakened` is one
  // less in it.
  static void Restart(absl::string_view weakened = "") {
    Global() = BoundsReport();
    Global().weakened_ = std::string(weakened);
  }

  // Notes the bounds of a number that is carried at `place`, and whether they keep below `limit`.
  void Require(const Bounds& bounds, const Integer& limit, const Integer& modulus, Place place) {
    ++requirements_;
    const std::string name = Name(place);
    const auto [seen, is_new] = seen_.try_emplace(name, Seen{bounds, modulus});
    if (!is_new) {
      seen->second.bounds = Bounds::Union(seen->second.bounds, bounds);
    }
    if (bounds.low < Integer(0) || limit <= bounds.high) {
      broken_.push_back(absl::StrFormat("%s: from %.6f to %.6f times the modulus, limit %.6f", name,
                                        bounds.low.Over(modulus), bounds.high.Over(modulus),
                                        limit.Over(modulus)));
    }
  }
  // Whatever else a lemma requires.
  void Require(bool holds, Place place) {
    ++requirements_;
    if (!holds) {
      broken_.push_back(absl::StrCat(Name(place), ": what a lemma requires does not hold"));
    }
  }

  // Notes that a multiple of the modulus is added at `place`; whether it is to be one less.
  bool NoteOffset(Place place) {
    const std::string name = absl::StrCat(Name(place), ":", place.column());
    offsets_.insert(name);
    return name == weakened_;
  }

  const std::vector<std::string>& broken() const { return broken_; }
  // The places of all multiples that keep differences from being negative.
  const std::set<std::string>& offsets() const { return offsets_; }
  // How often something was required. The same each time, as the formulas have no branch on
  // numbers.
  int requirements() const { return requirements_; }

  // One line a place, with the largest and the smallest number there.
  std::string ToText() const {
    std::string text;
    for (const auto& [name, seen] : seen_) {
      absl::StrAppendFormat(&text, "%-24s from %9.6f to %9.6f\n", name,
                            seen.bounds.low.Over(seen.modulus),
                            seen.bounds.high.Over(seen.modulus));
    }
    return text;
  }
  double Largest() const {
    double largest = 0;
    for (const auto& [name, seen] : seen_) {
      largest = std::max(largest, seen.bounds.high.Over(seen.modulus));
    }
    return largest;
  }

 private:
  struct Seen {
    Bounds bounds;
    Integer modulus;
  };
  static std::string Name(Place place) {
    const absl::string_view file = place.file_name();
    return absl::StrFormat("%s:%03d", file.substr(file.rfind('/') + 1), place.line());
  }

  std::map<std::string, Seen> seen_;
  std::set<std::string> offsets_;
  std::string weakened_;
  std::vector<std::string> broken_;
  int requirements_ = 0;
};

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_BOUNDS_REPORT_H_
