// Good inputs for the fuzzers of certificates, to be mutated.
#ifndef FLEETCA_TESTS_FUZZ_CERTIFICATE_SEEDS_H_
#define FLEETCA_TESTS_FUZZ_CERTIFICATE_SEEDS_H_

#include <string>
#include <vector>

namespace fleetca::x509 {

// Roots, issuing CAs and leaves of each key type.
std::vector<std::string> CertificateSeeds();
// TBSCertificates that FuzzLintPolicy allows.
std::vector<std::string> TbsSeeds();

}  // namespace fleetca::x509

#endif  // FLEETCA_TESTS_FUZZ_CERTIFICATE_SEEDS_H_
