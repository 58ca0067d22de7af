#include "tests/testing/rsa8192_csr.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace fleetca::testing {

std::string Rsa8192Csr() {
  std::ifstream file("tests/testing/testdata/rsa8192.csr", std::ios::binary);
  std::string der{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (der.empty()) {
    std::fprintf(stderr, "tests/testing/testdata/rsa8192.csr cannot be read\n");
    std::abort();
  }
  return der;
}

}  // namespace fleetca::testing
