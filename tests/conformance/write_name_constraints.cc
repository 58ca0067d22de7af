// Writes the cases of x509/testing/name_constraints_cases.h into the folder named by the only
// argument: root.pem, CA.pem and CA.LEAF.pem, and cases.txt with a line "CA LEAF allowed|refused"
// for each. For verifiers that are not C++.
#include <algorithm>
#include <fstream>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "tests/testing/test_key.h"
#include "x509/pem.h"
#include "x509/testing/name_constraints_cases.h"
#include "x509/testing/test_ca.h"

int main(int argc, char** argv) {
  using namespace fleetca;        // NOLINT: a program of one function
  using namespace fleetca::x509;  // NOLINT
  if (argc != 2) {
    std::cerr << "usage: write_name_constraints FOLDER\n";
    return 2;
  }
  const std::string folder = argv[1];
  std::ofstream cases(folder + "/cases.txt");
  const auto write = [&folder](absl::string_view name, const std::string& der) {
    std::ofstream file(absl::StrCat(folder, "/", name, ".pem"));
    file << EncodePem(kPemCertificate, der);
  };
  const testing::TestKey key = testing::TestKey::Make(KeyType::kP256);
  const TestCa root = MakeTestRoot(KeyType::kP256);
  write("root", root.certificate);
  for (const ConstrainedCaCase& ca : ConstrainedCas()) {
    const TestCa edge = MakeTestEdgeCa(root, ca.constraints);
    write(ca.name, edge.certificate);
    for (const LeafCase& leaf : NameConstraintLeaves()) {
      GeneralNames names;
      for (const auto& [type, value] : leaf.names) {
        names.push_back({type, value});
      }
      write(absl::StrCat(ca.name, ".", leaf.name), IssueLeafWithNames(edge, key, names));
      const bool allowed =
          std::find(ca.allowed.begin(), ca.allowed.end(), leaf.name) != ca.allowed.end();
      cases << ca.name << " " << leaf.name << (allowed ? " allowed" : " refused") << "\n";
    }
  }
  if (!cases.flush()) {
    std::cerr << "could not write to " << folder << "\n";
    return 1;
  }
  return 0;
}
