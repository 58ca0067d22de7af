#include "x509/rsa_modulus.h"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <vector>

#include "base/openssl.h"

namespace fleetca::x509 {
namespace {

constexpr int kPrimeBound = 752;
// ROCA's fingerprint is taken modulo the odd primes up to this one.
constexpr int kLastRocaPrime = 167;
constexpr uint32_t kRocaGenerator = 65537;
constexpr int kFermatSteps = 100;

// Primes whose product fits one word, so that one pass over the modulus serves them all.
struct PrimeGroup {
  uint64_t product = 1;
  std::vector<uint32_t> primes;
};

struct RocaPrime {
  uint32_t prime;
  // The powers of 65537 modulo the prime.
  std::bitset<kLastRocaPrime + 1> subgroup;
};

std::vector<uint32_t> OddPrimesBelow(uint32_t bound) {
  std::vector<uint32_t> primes;
  for (uint32_t candidate = 3; candidate < bound; candidate += 2) {
    bool prime = true;
    for (const uint32_t divisor : primes) {
      prime = prime && candidate % divisor != 0;
    }
    if (prime) {
      primes.push_back(candidate);
    }
  }
  return primes;
}

std::vector<PrimeGroup> GroupPrimes(const std::vector<uint32_t>& primes) {
  std::vector<PrimeGroup> groups(1);
  for (const uint32_t prime : primes) {
    if (groups.back().product > UINT64_MAX / prime) {
      groups.emplace_back();
    }
    groups.back().product *= prime;
    groups.back().primes.push_back(prime);
  }
  return groups;
}

RocaPrime MakeRocaPrime(uint32_t prime) {
  RocaPrime roca = {prime, {}};
  uint32_t power = 1;
  do {
    roca.subgroup.set(power);
    power = power * (kRocaGenerator % prime) % prime;
  } while (power != 1);
  return roca;
}

// Computed once, as the tables are small and the code says where they come from.
struct Tables {
  std::vector<PrimeGroup> groups;
  std::vector<RocaPrime> roca;

  Tables() {
    const std::vector<uint32_t> primes = OddPrimesBelow(kPrimeBound);
    groups = GroupPrimes(primes);
    for (const uint32_t prime : primes) {
      if (prime <= kLastRocaPrime) {
        roca.push_back(MakeRocaPrime(prime));
      }
    }
  }
};

const Tables& GetTables() {
  static const auto* const kTables = new Tables();
  return *kTables;
}

// Big-endian octets modulo a word.
uint64_t Modulo(absl::string_view magnitude, uint64_t divisor) {
  using Wide = unsigned __int128;
  uint64_t remainder = 0;
  size_t i = 0;
  for (; i < magnitude.size() % sizeof(uint64_t); ++i) {
    const Wide next = static_cast<Wide>(remainder) << 8 | static_cast<uint8_t>(magnitude[i]);
    remainder = static_cast<uint64_t>(next % divisor);
  }
  for (; i < magnitude.size(); i += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, magnitude.data() + i, sizeof(word));
    const Wide next = static_cast<Wide>(remainder) << 64 | __builtin_bswap64(word);
    remainder = static_cast<uint64_t>(next % divisor);
  }
  return remainder;
}

// floor(sqrt(n)), by Newton's method with a precision that doubles at each step, so that all the
// steps together cost about one division. The loop and its proof are those of CPython's math.isqrt.
[[nodiscard]] bool IntegerSquareRoot(const BIGNUM* n, BIGNUM* root, BN_CTX* context) {
  BN_CTX_start(context);
  BIGNUM* const quotient = BN_CTX_get(context);
  BIGNUM* const shifted = BN_CTX_get(context);
  bool ok = shifted != nullptr && BN_one(root) == 1;
  const int c = (BN_num_bits(n) - 1) / 2;
  int d = 0;
  for (int s = BN_num_bits_word(static_cast<BN_ULONG>(c)) - 1; ok && s >= 0; --s) {
    const int e = d;
    d = c >> s;
    ok = BN_rshift(shifted, n, 2 * c - e - d + 1) == 1 &&
         BN_div(quotient, nullptr, shifted, root, context) == 1 &&
         BN_lshift(root, root, d - e - 1) == 1 && BN_add(root, root, quotient) == 1;
  }
  ok = ok && BN_sqr(shifted, root, context) == 1 &&
       (BN_cmp(shifted, n) <= 0 || BN_sub_word(root, 1) == 1);
  BN_CTX_end(context);
  return ok;
}

// Pairwise coprime. A number that is no square nearly always shows it modulo one of them.
constexpr uint32_t kSieveFactors[] = {64, 9, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};

constexpr uint64_t SieveModulus() {
  uint64_t product = 1;
  for (const uint32_t factor : kSieveFactors) {
    product *= factor;
  }
  return product;
}

// Knows which residues modulo each factor are squares.
class SquareSieve {
 public:
  // Whether a number with this residue modulo SieveModulus() can be a square.
  static bool MayBeSquare(uint64_t residue) {
    static const auto* const kSieve = new SquareSieve();
    for (size_t i = 0; i < std::size(kSieveFactors); ++i) {
      if (!kSieve->squares_[i][residue % kSieveFactors[i]]) {
        return false;
      }
    }
    return true;
  }

 private:
  SquareSieve() {
    for (size_t i = 0; i < std::size(kSieveFactors); ++i) {
      for (uint64_t x = 0; x < kSieveFactors[i]; ++x) {
        squares_[i].set(x * x % kSieveFactors[i]);
      }
    }
  }

  std::bitset<64> squares_[std::size(kSieveFactors)];
};

// Whether a^2 - n, which is not negative, is a square.
[[nodiscard]] bool DiffersBySquare(const BIGNUM* a, const BIGNUM* n, BN_CTX* context, bool* ok) {
  BN_CTX_start(context);
  BIGNUM* const difference = BN_CTX_get(context);
  BIGNUM* const root = BN_CTX_get(context);
  BIGNUM* const square = BN_CTX_get(context);
  bool is_square = false;
  *ok = square != nullptr && BN_sqr(difference, a, context) == 1 &&
        BN_sub(difference, difference, n) == 1;
  if (*ok && BN_is_zero(difference)) {
    is_square = true;
  } else if (*ok) {
    *ok = IntegerSquareRoot(difference, root, context) && BN_sqr(square, root, context) == 1;
    is_square = *ok && BN_cmp(square, difference) == 0;
  }
  BN_CTX_end(context);
  return is_square;
}

// Fermat: for a = ceil(sqrt(n)), a + 1, ... is a^2 - n a square b^2? Then n = (a - b)(a + b). Only
// the residues of a^2 - n are carried along; the numbers themselves are computed for the few that
// pass the sieve.
RsaModulusFlaw FindCloseFactors(absl::string_view modulus) {
  const BnCtxPtr context(BN_CTX_new());
  const BignumPtr n(BN_bin2bn(AsUnsigned(modulus), static_cast<int>(modulus.size()), nullptr));
  const BignumPtr a(BN_new());
  if (context == nullptr || n == nullptr || a == nullptr ||
      !IntegerSquareRoot(n.get(), a.get(), context.get())) {
    return RsaModulusFlaw::kNotChecked;
  }
  // ceil(sqrt(n)) is one more, unless n is a square: then this very a is the first to be tried.
  const BignumPtr square_of_root(BN_new());
  if (square_of_root == nullptr || BN_sqr(square_of_root.get(), a.get(), context.get()) != 1) {
    return RsaModulusFlaw::kNotChecked;
  }
  if (BN_cmp(square_of_root.get(), n.get()) == 0) {
    return RsaModulusFlaw::kCloseFactors;
  }
  constexpr uint64_t kModulus = SieveModulus();
  const BN_ULONG root_residue = BN_mod_word(a.get(), kModulus);
  if (root_residue == static_cast<BN_ULONG>(-1)) {
    return RsaModulusFlaw::kNotChecked;
  }
  const uint64_t n_residue = Modulo(modulus, kModulus);
  bool ok = true;
  for (int step = 0; step < kFermatSteps; ++step) {
    if (BN_add_word(a.get(), 1) != 1) {
      return RsaModulusFlaw::kNotChecked;
    }
    const uint64_t a_residue = (root_residue + 1 + static_cast<uint64_t>(step)) % kModulus;
    const auto square =
        static_cast<uint64_t>(static_cast<unsigned __int128>(a_residue) * a_residue % kModulus);
    if (SquareSieve::MayBeSquare((square + kModulus - n_residue) % kModulus) &&
        DiffersBySquare(a.get(), n.get(), context.get(), &ok)) {
      return RsaModulusFlaw::kCloseFactors;
    }
    if (!ok) {
      return RsaModulusFlaw::kNotChecked;
    }
  }
  return RsaModulusFlaw::kNone;
}

bool HasSmallFactor(absl::string_view modulus) {
  if ((modulus.back() & 1) == 0) {
    return true;
  }
  for (const PrimeGroup& group : GetTables().groups) {
    const uint64_t remainder = Modulo(modulus, group.product);
    for (const uint32_t prime : group.primes) {
      if (remainder % prime == 0) {
        return true;
      }
    }
  }
  return false;
}

// Infineon's primes are k*M + (65537^a mod M) with M a product of the first primes, so that the
// modulus is a power of 65537 modulo each of them.
bool HasRocaFingerprint(absl::string_view modulus) {
  for (const RocaPrime& roca : GetTables().roca) {
    // A sound modulus leaves at one of the first few primes, so this is one cheap pass or three.
    if (!roca.subgroup[Modulo(modulus, roca.prime)]) {
      return false;
    }
  }
  return true;
}

}  // namespace

RsaModulusFlaw FindRsaModulusFlaw(absl::string_view modulus) {
  if (modulus.size() < 2 || HasSmallFactor(modulus)) {
    return RsaModulusFlaw::kSmallFactor;
  }
  if (HasRocaFingerprint(modulus)) {
    return RsaModulusFlaw::kRoca;
  }
  return FindCloseFactors(modulus);
}

}  // namespace fleetca::x509
