#include "p256/generator_table.h"

#include <memory>

#include "base/openssl.h"

namespace fleetca::p256 {
namespace {

// a R mod p in digits of 52 bits. False where OpenSSL fails.
bool ToMontgomery(BIGNUM* a, const BIGNUM* p, BN_CTX* context, NumberDigits* digits) {
  if (BN_lshift(a, a, kMontgomeryBits) != 1 || BN_mod(a, a, p, context) != 1) {
    return false;
  }
  for (uint64_t& digit : digits->digits) {
    // BN_get_word answers all ones for what does not fit one word, so the digit is cut off first.
    const BignumPtr low(BN_dup(a));
    if (low == nullptr) {
      return false;
    }
    BN_mask_bits(low.get(), kDigitBits);  // answers 0 where there is nothing to cut off
    digit = BN_get_word(low.get());
    if (BN_rshift(a, a, kDigitBits) != 1) {
      return false;
    }
  }
  return true;
}

// Fills `table`, or is false where OpenSSL fails.
bool Fill(GeneratorTable* table) {
  const EcGroupPtr group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const BnCtxPtr context(BN_CTX_new());
  const BignumPtr p(BN_new()), x(BN_new()), y(BN_new());
  if (group == nullptr || context == nullptr || p == nullptr || x == nullptr || y == nullptr) {
    return false;
  }
  const EcPointPtr multiple(EC_POINT_dup(EC_GROUP_get0_generator(group.get()), group.get()));
  const EcPointPtr twice(EC_POINT_new(group.get()));
  if (multiple == nullptr || twice == nullptr ||
      EC_GROUP_get_curve(group.get(), p.get(), nullptr, nullptr, context.get()) != 1 ||
      EC_POINT_dbl(group.get(), twice.get(), multiple.get(), context.get()) != 1) {
    return false;
  }
  for (int i = 0; i < kGeneratorMultiples; ++i) {
    if (EC_POINT_get_affine_coordinates(group.get(), multiple.get(), x.get(), y.get(),
                                        context.get()) != 1 ||
        !ToMontgomery(x.get(), p.get(), context.get(), &table->x[i]) ||
        !ToMontgomery(y.get(), p.get(), context.get(), &table->y[i]) ||
        EC_POINT_add(group.get(), multiple.get(), multiple.get(), twice.get(), context.get()) !=
            1) {
      return false;
    }
  }
  return true;
}

}  // namespace

const GeneratorTable* TheGeneratorTable() {
  static const GeneratorTable* const table = [] {
    const ScopedOpenSslErrorQueue queue;
    auto filled = std::make_unique<GeneratorTable>();
    return Fill(filled.get()) ? filled.release() : nullptr;
  }();
  return table;
}

}  // namespace fleetca::p256
