// What the agent keeps of an identity. Whatever is read is written and read again as the same.
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "client/agent/identity_record_text.h"
#include "tests/fuzz/fuzz_target.h"

std::vector<std::string> fleetca::fuzz::Seeds() {
  return {
      R"(format: 1
request {
  way: KEPT_WAY_RENEWAL
  request_id: "0123456789abcdef"
  csr_der: "\060\001"
}
renewals_of_key: 2
line_ended: "LINEAGE_STALE"
failures: 3
retry_at_ms: 1780000000123
hooks_generation: 7
changed_at_ms: 1780000000000
hooks_done: "exec /bin/true"
)",
      R"(format: 2
request {
  way: KEPT_WAY_JWT
  request_id: "0123456789abcdef"
  shape { names: "DNS:web.fleet.example" key_type: "p256" profile: "server" lifetime_ms: 86400000 }
}
held_shape { names: "IP:192.0.2.1" key_type: "rsa3072" }
refused_shape { key_type: "ed25519" }
)",
      R"(format: 1 plan { window_start_ms: -1 fraction: 0.5 renew_at_ms: 9223372036854775807 })",
      "format: 1 held { certificate_der: \"0\" }"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto record = client::ParseIdentityRecord(input);
  if (!record.ok()) {
    FLEETCA_FUZZ_REQUIRE(GetReason(record.status()) == Reason::kFileInvalid);
    return 0;
  }
  const std::string text = client::IdentityRecordText(*record);
  const auto again = client::ParseIdentityRecord(text);
  FLEETCA_FUZZ_REQUIRE(again.ok());
  FLEETCA_FUZZ_REQUIRE(client::IdentityRecordText(*again) == text);
  return 0;
}
