#include "p256/testing/ladder_model.h"

#include "p256/testing/signatures.h"

namespace fleetca::p256::testing {
namespace {

constexpr int kKeyWindow = 5;
constexpr int kKeyTop = 255;
constexpr int kGWindow = 10;
constexpr int kGTop = 250;

// The digits of u, each odd, with the weights 2^0, 2^width, ... 2^top: u is made odd by negation,
// and each digit is what brings the rest to an odd multiple of the next weight.
std::vector<Integer> OddDigits(const Integer& u, int width, int top) {
  const bool is_negated = BN_is_odd(u.get()) == 0;
  Integer rest = is_negated ? Order() - u : u;
  std::vector<Integer> digits;
  for (int at = 0; at < top; at += width) {
    const Integer digit = rest.Modulo(Integer::PowerOfTwo(width + 1)) - Integer::PowerOfTwo(width);
    rest = (rest - digit).ShiftedRight(width);
    digits.push_back(is_negated ? Integer(0) - digit : digit);
  }
  digits.push_back(is_negated ? Integer(0) - rest : rest);
  return digits;
}

// The running sum before an addition is `of_key` k + `of_g`, and `added` k or `added` is added.
struct Step {
  LadderAddition addition;
  Integer of_key;
  Integer of_g;
  Integer added;
};

std::vector<Step> StepsOf(const Integer& u1, const Integer& u2) {
  const std::vector<Integer> key = OddDigits(u2, kKeyWindow, kKeyTop);
  const std::vector<Integer> g = OddDigits(u1, kGWindow, kGTop);
  std::vector<Step> steps;
  Integer of_key = key.back();
  Integer of_g;
  for (const LadderAddition& addition : LadderAdditions()) {
    if (addition.of_key) {
      of_key = (of_key * Integer::PowerOfTwo(kKeyWindow)).Modulo(Order());
      of_g = (of_g * Integer::PowerOfTwo(kKeyWindow)).Modulo(Order());
    }
    const Integer& added =
        addition.of_key ? key[addition.at / kKeyWindow] : g[addition.at / kGWindow];
    steps.push_back({addition, of_key, of_g, added});
    Integer& sum = addition.of_key ? of_key : of_g;
    sum = sum + added;
  }
  return steps;
}

}  // namespace

std::vector<LadderAddition> LadderAdditions() {
  std::vector<LadderAddition> additions;
  for (int at = kKeyTop - kKeyWindow; at >= 0; at -= kKeyWindow) {
    additions.push_back({true, at});
    if (at % kGWindow == 0) {
      additions.push_back({false, at});
    }
  }
  return additions;
}

std::vector<LadderAddition> ExceptionalAdditions(const Integer& u1, const Integer& u2,
                                                 const Integer& k) {
  std::vector<LadderAddition> exceptional;
  for (const Step& step : StepsOf(u1, u2)) {
    const Integer sum = (step.of_key * k + step.of_g).Modulo(Order());
    const Integer added = step.addition.of_key ? step.added * k : step.added;
    if (sum == Integer(0) || (sum - added).Modulo(Order()) == Integer(0) ||
        (sum + added).Modulo(Order()) == Integer(0)) {
      exceptional.push_back(step.addition);
    }
  }
  return exceptional;
}

Integer KeyThatCollides(const Integer& u1, const Integer& u2, const LadderAddition& addition,
                        bool opposite) {
  for (const Step& step : StepsOf(u1, u2)) {
    if (step.addition == addition) {
      const Integer other = opposite ? Integer(0) - step.added : step.added;
      // of_key k + of_g = other k, or other.
      const Integer factor = (addition.of_key ? step.of_key - other : step.of_key).Modulo(Order());
      const Integer rest =
          (addition.of_key ? Integer(0) - step.of_g : other - step.of_g).Modulo(Order());
      return factor == Integer(0) ? Integer(0) : (rest * factor.Inverse(Order())).Modulo(Order());
    }
  }
  return 0;
}

}  // namespace fleetca::p256::testing
