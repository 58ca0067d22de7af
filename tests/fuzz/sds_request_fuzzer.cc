// Requests of Envoys on one stream, each behind two octets of its length. Invariants: a response
// has only what was asked for and is there, is newer than the one before, and does not come twice.
#include <google/protobuf/stubs/logging.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/agent/sockets/sds_stream.h"
#include "client/agent/sockets/testing/test_identity.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "tests/fuzz/fuzz_target.h"

namespace fleetca::client {
namespace {

using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

const std::shared_ptr<const SdsSecrets>& Secrets() {
  static const auto* const kSecrets = [] {
    auto made = SdsSecrets::Make(testing::IdentityOfWords());
    FLEETCA_FUZZ_REQUIRE(made.ok());
    return new std::shared_ptr<const SdsSecrets>(
        std::make_shared<const SdsSecrets>(*std::move(made)));
  }();
  return *kSecrets;
}

std::string Framed(const DiscoveryRequest& request) {
  const std::string octets = request.SerializeAsString();
  return absl::StrCat(std::string(1, static_cast<char>(octets.size() >> 8)),
                      std::string(1, static_cast<char>(octets.size() & 0xff)), octets);
}

// The next request and the rest; false at the end, and at what no gRPC would hand on.
bool TakeRequest(absl::string_view* input, DiscoveryRequest* request) {
  if (input->size() < 2) {
    return false;
  }
  const size_t size = static_cast<size_t>(static_cast<unsigned char>((*input)[0])) << 8 |
                      static_cast<unsigned char>((*input)[1]);
  input->remove_prefix(2);
  const absl::string_view octets = input->substr(0, size);
  input->remove_prefix(octets.size());
  return request->ParseFromArray(octets.data(), static_cast<int>(octets.size()));
}

void FuzzStream(absl::string_view input) {
  // Which says of every string that it is not UTF-8.
  static const auto kSilenced = google::protobuf::SetLogHandler(nullptr);
  (void)kSilenced;
  SdsStream stream;
  stream.OnSecrets(Secrets());
  int responses = 0;
  DiscoveryRequest request;
  while (TakeRequest(&input, &request)) {
    const auto kind = stream.OnRequest(request);
    if (!kind.ok()) {
      FLEETCA_FUZZ_REQUIRE(kind.status().code() == absl::StatusCode::kInvalidArgument);
      return;
    }
    (void)stream.UnknownNames();
    const SharedOctets next = stream.Next();
    FLEETCA_FUZZ_REQUIRE(stream.Next() == nullptr);
    if (next == nullptr) {
      continue;
    }
    FLEETCA_FUZZ_REQUIRE(*kind != SdsStream::Kind::kStale);
    DiscoveryResponse response;
    FLEETCA_FUZZ_REQUIRE(
        response.ParseFromArray(next->view().data(), static_cast<int>(next->size())));
    FLEETCA_FUZZ_REQUIRE(response.nonce() == absl::StrCat(++responses));
    FLEETCA_FUZZ_REQUIRE(response.resources_size() > 0 && response.resources_size() <= 5);
  }
}

}  // namespace
}  // namespace fleetca::client

std::vector<std::string> fleetca::fuzz::Seeds() {
  using namespace fleetca::client;  // NOLINT: an entry point outside of the namespace
  DiscoveryRequest first;
  first.set_type_url(kSdsSecretType);
  first.add_resource_names("default");
  first.mutable_node()->set_id("envoy");
  DiscoveryRequest more = first;
  more.set_response_nonce("1");
  more.add_resource_names("ROOTCA");
  DiscoveryRequest refusal = more;
  refusal.set_response_nonce("2");
  refusal.mutable_error_detail()->set_message("no");
  return {Framed(first), Framed(DiscoveryRequest()),
          absl::StrCat(Framed(first), Framed(more), Framed(refusal), Framed(more))};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fleetca::client::FuzzStream(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
