#include "x509/rsa_factors.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "base/openssl.h"
#include "base/sha256.h"

namespace fleetca::x509 {
namespace {

using MontPtr = std::unique_ptr<BN_MONT_CTX, OpenSslDeleter<BN_MONT_CTX_free>>;

constexpr uint32_t kPrimeBound = 1 << 20;
// Shorter than every modulus, and as many words as the shortest has, for which OpenSSL multiplies
// fastest.
constexpr int kProductBits = 2040;

// All odd primes below the bound, multiplied together in products of kProductBits.
class Primorials {
 public:
  static const Primorials& Get() {
    static const auto* const kPrimorials = new Primorials();
    return *kPrimorials;
  }

  // Empty when OpenSSL ran out of memory.
  const std::vector<BignumPtr>& products() const { return products_; }

 private:
  Primorials() {
    std::vector<bool> composite(kPrimeBound);
    for (uint32_t prime = 3; prime < kPrimeBound; prime += 2) {
      if (composite[prime]) {
        continue;
      }
      for (uint64_t multiple = uint64_t{prime} * prime; multiple < kPrimeBound;
           multiple += 2 * prime) {
        composite[multiple] = true;
      }
      if (!Multiply(prime)) {
        products_.clear();
        return;
      }
    }
  }

  [[nodiscard]] bool Multiply(uint32_t prime) {
    constexpr int kPrimeBits = 20;
    if (products_.empty() || BN_num_bits(products_.back().get()) + kPrimeBits > kProductBits) {
      products_.emplace_back(BN_new());
      if (products_.back() == nullptr || BN_one(products_.back().get()) != 1) {
        return false;
      }
    }
    return BN_mul_word(products_.back().get(), prime) == 1;
  }

  std::vector<BignumPtr> products_;
};

// What was found of the moduli that were checked last, each by its SHA-256 in the one place that
// its own first octets say: a newer one takes it. Each thread has its own.
class Findings {
 public:
  using Digest = std::array<char, 32>;

  static Findings& Get() {
    thread_local Findings findings;
    return findings;
  }

  std::optional<RsaModulusFlaw> Find(const Digest& digest) const {
    const Finding& finding = findings_[PlaceOf(digest)];
    return finding.digest == digest ? std::optional<RsaModulusFlaw>(finding.flaw) : std::nullopt;
  }
  void Add(const Digest& digest, RsaModulusFlaw flaw) {
    findings_[PlaceOf(digest)] = {digest, flaw};
  }
  void Clear() { findings_.assign(kPlaces, Finding()); }

 private:
  struct Finding {
    Digest digest = {};
    RsaModulusFlaw flaw = RsaModulusFlaw::kNone;
  };
  static constexpr size_t kPlaces = 4096;  // 144 KiB

  static size_t PlaceOf(const Digest& digest) {
    uint64_t first;
    std::memcpy(&first, digest.data(), sizeof(first));
    return first % kPlaces;
  }

  std::vector<Finding> findings_ = std::vector<Finding>(kPlaces);
};

// What one modulus is judged with.
struct Work {
  BnCtxPtr context{BN_CTX_new()};
  MontPtr mont{BN_MONT_CTX_new()};
  BignumPtr n, value{BN_new()};

  [[nodiscard]] bool Start(absl::string_view modulus) {
    n.reset(BN_bin2bn(AsUnsigned(modulus), static_cast<int>(modulus.size()), nullptr));
    return context != nullptr && mont != nullptr && n != nullptr && value != nullptr &&
           BN_MONT_CTX_set(mont.get(), n.get(), context.get()) == 1;
  }
};

// gcd(n, the product of the primes) is 1 exactly where that product has an inverse modulo n. The
// powers of two that Montgomery's multiplication leaves in it have one, as n is odd.
RsaModulusFlaw FindSmallFactor(Work& work) {
  const std::vector<BignumPtr>& products = Primorials::Get().products();
  if (products.empty() || BN_one(work.value.get()) != 1) {
    return RsaModulusFlaw::kNotChecked;
  }
  for (const BignumPtr& product : products) {
    if (BN_mod_mul_montgomery(work.value.get(), work.value.get(), product.get(), work.mont.get(),
                              work.context.get()) != 1) {
      return RsaModulusFlaw::kNotChecked;
    }
  }
  const ScopedOpenSslErrorQueue queue;
  ERR_clear_error();
  const BignumPtr inverse(
      BN_mod_inverse(nullptr, work.value.get(), work.n.get(), work.context.get()));
  if (inverse != nullptr) {
    return RsaModulusFlaw::kNone;
  }
  return ERR_GET_REASON(ERR_peek_last_error()) == BN_R_NO_INVERSE ? RsaModulusFlaw::kSmallFactor
                                                                  : RsaModulusFlaw::kNotChecked;
}

// Fermat: 2^(n-1) is 1 modulo a prime, and modulo next to no other number.
RsaModulusFlaw FindPrime(Work& work) {
  const BignumPtr exponent(BN_dup(work.n.get()));
  if (exponent == nullptr || BN_sub_word(exponent.get(), 1) != 1 ||
      BN_mod_exp_mont_word(work.value.get(), 2, exponent.get(), work.n.get(), work.context.get(),
                           work.mont.get()) != 1) {
    return RsaModulusFlaw::kNotChecked;
  }
  return BN_is_one(work.value.get()) ? RsaModulusFlaw::kPrime : RsaModulusFlaw::kNone;
}

RsaModulusFlaw FindFlaw(absl::string_view modulus) {
  Work work;
  if (!work.Start(modulus)) {
    return RsaModulusFlaw::kNotChecked;
  }
  const RsaModulusFlaw flaw = FindSmallFactor(work);
  return flaw == RsaModulusFlaw::kNone ? FindPrime(work) : flaw;
}

}  // namespace

RsaModulusFlaw FindRsaFactorFlaw(absl::string_view modulus) {
  if (modulus.size() > kMaxFactoredRsaBits / 8) {
    return RsaModulusFlaw::kNone;
  }
  const Findings::Digest digest = Sha256(modulus);
  if (const std::optional<RsaModulusFlaw> known = Findings::Get().Find(digest)) {
    return *known;
  }
  const RsaModulusFlaw flaw = FindFlaw(modulus);
  if (flaw != RsaModulusFlaw::kNotChecked) {
    Findings::Get().Add(digest, flaw);
  }
  return flaw;
}

void ForgetSoundRsaModuliForTesting() { Findings::Get().Clear(); }

}  // namespace fleetca::x509
