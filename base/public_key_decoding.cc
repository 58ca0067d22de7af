#include "base/public_key_decoding.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/machine_openssl.h"
#include "base/openssl_engine.h"

namespace fleetca {
namespace {

constexpr unsigned long kRemembersDecoders = 0x30200000UL;

// ENGINE_PKEY_METHS_PTR: without `method` the types of keys, else the method of this type.
int MethodOf(ENGINE*, EVP_PKEY_METHOD** method, const int** types, int type) {
  static constexpr int kTypes[] = {EVP_PKEY_EC};
  if (method == nullptr) {
    *types = kTypes;
    return 1;
  }
  // OpenSSL's own method is a constant, which nobody changes or frees: it has no flag for that.
  *method = type == EVP_PKEY_EC ? const_cast<EVP_PKEY_METHOD*>(EVP_PKEY_meth_find(type)) : nullptr;
  return *method != nullptr ? 1 : 0;
}

// 0 ends the walk.
int IsUsual(OSSL_PROVIDER* provider, void* all_usual) {
  const absl::string_view name = OSSL_PROVIDER_get0_name(provider);
  if (name != "default" && name != "base" && name != "legacy") {
    *static_cast<bool*>(all_usual) = false;
    return 0;
  }
  return 1;
}

bool HasOtherEcKeys() {
  bool all_usual = true;
  OSSL_PROVIDER_do_all(nullptr, IsUsual, &all_usual);
  if (!all_usual || IsConfiguredForFips()) {
    return true;
  }
  ENGINE* const engine = ENGINE_get_pkey_meth_engine(EVP_PKEY_EC);
  if (engine != nullptr) {
    ENGINE_finish(engine);
  }
  return engine != nullptr;
}

}  // namespace

absl::Status DecodeEcKeysWithoutSearch() {
  // The machine's configuration says which providers there are.
  OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr);
  if (OpenSSL_version_num() >= kRemembersDecoders || HasOtherEcKeys()) {
    return absl::OkStatus();
  }
  const EnginePtr engine(ENGINE_new());
  if (engine == nullptr || ENGINE_set_id(engine.get(), "fleetca-ec") != 1 ||
      ENGINE_set_name(engine.get(), "EC keys without a search for decoders") != 1 ||
      ENGINE_set_pkey_meths(engine.get(), MethodOf) != 1 || ENGINE_add(engine.get()) != 1 ||
      ENGINE_register_pkey_meths(engine.get()) != 1) {
    return FailedPrecondition(
        Reason::kInternal,
        absl::StrCat("OpenSSL takes no engine for EC keys, so each connection costs more CPU time "
                     "than it needs to: ",
                     DrainOpenSslErrors()));
  }
  return absl::OkStatus();
}

}  // namespace fleetca
