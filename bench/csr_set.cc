#include "bench/csr_set.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bench/check.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/test_key.h"

namespace fleetca::bench {
namespace {

size_t DistinctKeys(KeyType type) {
  switch (type) {
    case KeyType::kP256:
    case KeyType::kP384:
    case KeyType::kEd25519:
      return kCsrs;
    case KeyType::kRsa2048:
      return 8;
    case KeyType::kRsa3072:
    case KeyType::kRsa4096:
      return 2;
  }
  return 1;
}

CsrSet Make(KeyType type) {
  std::vector<EvpPkeyPtr> keys;
  for (size_t i = 0; i < DistinctKeys(type); ++i) {
    keys.push_back(testing::NewTestKey(type));
  }
  CsrSet set;
  for (size_t i = 0; i < kCsrs; ++i) {
    const std::string id = absl::StrCat("spiffe://fleet.test/svc/web-", i);
    testing::CsrOptions options;
    options.key_type = type;
    options.key = keys[i % keys.size()].get();
    options.names = {{x509::NameType::kUri, id}};
    set.ders.push_back(testing::MakeCsr(options));
  }
  for (const std::string& der : set.ders) {
    set.parsed.push_back(OrDie(x509::ParseCsr(der, {}), "ParseCsr"));
  }
  return set;
}

}  // namespace

const CsrSet& CsrsOf(KeyType type) {
  static absl::Mutex* const mutex = new absl::Mutex();
  static auto* const sets = new std::map<KeyType, CsrSet*>();
  absl::MutexLock lock(mutex);
  CsrSet*& set = (*sets)[type];
  if (set == nullptr) {
    set = new CsrSet(Make(type));  // stays where it is: `parsed` points into `ders`
  }
  return *set;
}

}  // namespace fleetca::bench
