// A CSR of an RSA key of 8192 bits: making such a key takes a minute.
#ifndef FLEETCA_TESTS_TESTING_RSA8192_CSR_H_
#define FLEETCA_TESTS_TESTING_RSA8192_CSR_H_

#include <string>

namespace fleetca::testing {

// DER; asks for spiffe://fleet.test/svc/web. Dies loudly when the file is not there.
std::string Rsa8192Csr();

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_RSA8192_CSR_H_
