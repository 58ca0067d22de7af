#include "bench/leaf_set.h"

#include <map>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "bench/check.h"
#include "x509/serial.h"

namespace fleetca::bench {
namespace {

// One CA a type, as its key may take long to make.
const x509::TestCa& CaOf(KeyType type) {
  static absl::Mutex* const mutex = new absl::Mutex();
  static auto* const cas = new std::map<KeyType, x509::TestCa>();
  absl::MutexLock lock(mutex);
  const auto found = cas->find(type);
  return found != cas->end() ? found->second
                             : cas->emplace(type, x509::MakeTestRoot(type)).first->second;
}

x509::CertSpec SpecOf(const x509::Csr& csr) {
  x509::CertSpec spec;
  spec.not_before = x509::kTestNow - absl::Minutes(5);
  spec.not_after = x509::kTestNow + absl::Hours(24);
  spec.serial = OrDie(x509::SerialNumber::Create(spec.not_after, 1, x509::kTestNow), "a serial");
  spec.subject_public_key_info = csr.public_key.spki;
  spec.key_bits = csr.public_key.key_bits;
  spec.names = csr.names;
  return spec;
}

}  // namespace

LeafSet::LeafSet(KeyType subscriber, KeyType issuer)
    : ca_(CaOf(issuer)),
      template_(OrDie(x509::TbsTemplate::Create(x509::LeafOptions(ca_)), "TbsTemplate::Create")),
      policy_(x509::LeafPolicy(ca_)) {
  for (const x509::Csr& csr : CsrsOf(subscriber).parsed) {
    specs_.push_back(SpecOf(csr));
    tbs_.push_back(template_->Build(specs_.back()));
  }
}

Prepared LeafSet::Lint(std::string tbs, size_t i) const {
  return OrDie(x509::LintTbs(std::move(tbs), policy_,
                             {.serial = specs_[i].serial.bytes(),
                              .subject_public_key_info = specs_[i].subject_public_key_info}),
               "LintTbs");
}

}  // namespace fleetca::bench
