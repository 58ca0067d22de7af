// Writes a chain for each kind of issuer key into the folder named by the only argument:
// <kind>.root.der, <kind>.issuing.der, <kind>.leaf.der. For readers that are not C++.
#include <fstream>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "tests/testing/test_key.h"
#include "x509/testing/test_ca.h"

int main(int argc, char** argv) {
  using namespace fleetca;        // NOLINT: a program of one function
  using namespace fleetca::x509;  // NOLINT
  if (argc != 2) {
    std::cerr << "usage: write_certificates FOLDER\n";
    return 2;
  }
  const auto write = [argv](absl::string_view name, const std::string& der) {
    std::ofstream file(absl::StrCat(argv[1], "/", name, ".der"), std::ios::binary);
    file << der;
    return static_cast<bool>(file.flush());
  };
  const testing::TestKey key = testing::TestKey::Make(KeyType::kP256);
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    const TestCa root = MakeTestRoot(type);
    const TestCa issuing = MakeTestIssuingCa(root, type);
    const absl::string_view kind = KeyTypeName(type);
    if (!write(absl::StrCat(kind, ".root"), root.certificate) ||
        !write(absl::StrCat(kind, ".issuing"), issuing.certificate) ||
        !write(absl::StrCat(kind, ".leaf"), IssueLeaf(issuing, key))) {
      std::cerr << "could not write to " << argv[1] << "\n";
      return 1;
    }
  }
  return 0;
}
