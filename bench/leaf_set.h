// What the CA is about to say to many subscribers: specs and TBSCertificates of leaves.
#ifndef FLEETCA_BENCH_LEAF_SET_H_
#define FLEETCA_BENCH_LEAF_SET_H_

#include <memory>
#include <string>
#include <vector>

#include "base/crypto_types.h"
#include "base/prepared.h"
#include "bench/csr_set.h"
#include "x509/cert_spec.h"
#include "x509/testing/test_ca.h"

namespace fleetca::bench {

// kCsrs leaves of one issuer. Thread-compatible: one a thread.
class LeafSet {
 public:
  LeafSet(KeyType subscriber, KeyType issuer);

  // Lints `tbs`, which is or was tbs(i), and dies when the lint finds fault.
  Prepared Lint(std::string tbs, size_t i) const;

  const x509::TestCa& ca() const { return ca_; }
  const x509::TbsTemplate& tbs_template() const { return *template_; }
  const x509::CertSpec& spec(size_t i) const { return specs_[i]; }
  // Of spec(i), by the template.
  const std::string& tbs(size_t i) const { return tbs_[i]; }

 private:
  const x509::TestCa& ca_;  // lives for ever
  const std::unique_ptr<x509::TbsTemplate> template_;
  const x509::LintPolicy policy_;
  std::vector<x509::CertSpec> specs_;
  std::vector<std::string> tbs_;
};

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_LEAF_SET_H_
