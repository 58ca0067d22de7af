// subjectAltName. What parses is built again to bytes that parse to the same names, and to the same
// bytes where no letter was folded and no name was there twice; each name in it is one that
// CheckName takes and that prints as ASCII.
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/san.h"

namespace fleetca {
namespace {

constexpr size_t kMaxNames = 100;

void CheckOneName(const x509::GeneralName& name) {
  FLEETCA_FUZZ_REQUIRE(x509::CheckName(name, "san", x509::Underscores::kAllowed).ok());
  for (const char c : x509::NameToString(name)) {
    FLEETCA_FUZZ_REQUIRE(c > 0x20 && c < 0x7f);
  }
  if (name.type == x509::NameType::kUri) {
    FLEETCA_FUZZ_REQUIRE(std::string("spiffe://") +
                             std::string(x509::SpiffeTrustDomain(name.value)) +
                             std::string(x509::SpiffePath(name.value)) ==
                         name.value);
    FLEETCA_FUZZ_REQUIRE(!absl::StrContains(name.value, "/../"));
    FLEETCA_FUZZ_REQUIRE(!absl::StrContains(name.value, '%'));
  }
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  using x509::NameType;
  return {x509::BuildSubjectAltName({{NameType::kUri, "spiffe://fleet.example/svc/web"}}),
          x509::BuildSubjectAltName({{NameType::kDns, "*.web.fleet.example"},
                                     {NameType::kIp, "\x0a\x01\x01\x01"},
                                     {NameType::kEmail, "a@fleet.example"}}),
          x509::BuildSubjectAltName({{NameType::kIp, "0123456789abcdef"}}),
          x509::BuildSubjectAltName({{NameType::kDns, "WEB.fleet.example"},
                                     {NameType::kDns, "web.fleet.example"},
                                     {NameType::kDns, "xn--zrich-kva.my_host.example"}})};
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  std::shared_ptr<const std::string> folded;
  const auto names = x509::ParseSubjectAltName(input, kMaxNames, "san", &folded);
  if (!names.ok()) {
    FLEETCA_FUZZ_REQUIRE(names.status().code() == absl::StatusCode::kInvalidArgument);
    FLEETCA_FUZZ_REQUIRE(GetReason(names.status()).has_value());
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(!names->empty() && names->size() <= kMaxNames);
  for (const x509::GeneralName& name : *names) {
    CheckOneName(name);
  }
  const std::string built = x509::BuildSubjectAltName(*names);
  const absl::string_view source = folded == nullptr ? input : absl::string_view(*folded);
  FLEETCA_FUZZ_REQUIRE(built.size() < source.size() || built == source);
  std::shared_ptr<const std::string> folded_again;
  const auto again = x509::ParseSubjectAltName(built, kMaxNames, "san", &folded_again);
  FLEETCA_FUZZ_REQUIRE(again.ok() && *again == *names && folded_again == nullptr);
  return 0;
}
