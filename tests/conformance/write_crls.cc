// Writes CRLs of ours into the folder named by the only argument: KIND.ca.pem, KIND.NAME.crl.pem,
// and crls.txt with a line "KIND NAME NUMBER THIS NEXT ENTRIES LAST-SERIAL LAST-REASON" for each.
// For readers that are not C++.
#include <fstream>
#include <iostream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/time_text.h"
#include "x509/pem.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_ca.h"

int main(int argc, char** argv) {
  using namespace fleetca;        // NOLINT: a program of one function
  using namespace fleetca::x509;  // NOLINT
  if (argc != 2) {
    std::cerr << "usage: write_crls FOLDER\n";
    return 2;
  }
  const std::string folder = argv[1];
  std::ofstream cases(folder + "/crls.txt");
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    const TestCa ca = MakeTestRoot(type);
    const absl::string_view kind = KeyTypeName(type);
    std::ofstream(absl::StrCat(folder, "/", kind, ".ca.pem"))
        << EncodePem(kPemCertificate, ca.certificate);
    const auto write = [&](absl::string_view name, const CrlSpec& spec, int count) {
      const std::vector<CrlEntry> entries = TestCrlEntries(count);
      std::ofstream(absl::StrCat(folder, "/", kind, ".", name, ".crl.pem"))
          << EncodeCrlPem(IssueTestCrl(ca, spec, entries));
      const RevocationReason reason =
          entries.empty() ? RevocationReason::kUnspecified
                          : entries.back().reason.value_or(RevocationReason::kUnspecified);
      cases << kind << " " << name << " " << spec.number << " " << TimeToText(spec.this_update)
            << " " << TimeToText(spec.next_update) << " " << count << " "
            << (entries.empty() ? "-" : absl::BytesToHexString(entries.back().serial)) << " "
            << static_cast<int>(reason) << "\n";
    };
    CrlSpec spec = TestCrlSpec(ca);
    write("empty", spec, 0);
    spec.number = uint64_t{1} << 63;
    write("complete", spec, 3);
    spec.next_update = absl::FromUnixSeconds(2'524'608'000);  // 2050
    spec.distribution_point = kTestShardUrl;
    write("shard", spec, 8000);
  }
  if (!cases.flush()) {
    std::cerr << "could not write to " << folder << "\n";
    return 1;
  }
  return 0;
}
