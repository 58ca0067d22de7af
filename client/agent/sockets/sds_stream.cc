#include "client/agent/sockets/sds_stream.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

// An Envoy asks for one or two.
constexpr int kMaxNames = 100;

absl::Status Check(const DiscoveryRequest& request) {
  if (!request.type_url().empty() && request.type_url() != kSdsSecretType) {
    return InvalidArgument(
        Reason::kRequestMalformed, "type_url",
        absl::StrCat("type_url is not ", kSdsSecretType, "; this socket hands out nothing else"));
  }
  if (request.resource_names_size() > kMaxNames) {
    return InvalidArgument(Reason::kRequestTooLarge, "resource_names",
                           absl::StrCat("A request names ", request.resource_names_size(),
                                        " secrets; ask for ", kMaxNames, " at most"));
  }
  return absl::OkStatus();
}

// In order, each once.
std::vector<std::string> NamesOf(const DiscoveryRequest& request) {
  std::vector<std::string> names(request.resource_names().begin(), request.resource_names().end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

absl::StatusOr<SdsStream::Kind> SdsStream::OnRequest(const DiscoveryRequest& request) {
  FLEETCA_RETURN_IF_ERROR(Check(request));
  std::vector<std::string> names = NamesOf(request);
  if (!asked_) {
    named_some_ = !names.empty();
    // Its nonce, if it has one, is of a stream before.
    asked_ = true;
    node_ = request.node().id();
    names_ = std::move(names);
    names_changed_ = true;
    return Kind::kFirst;
  }
  if (request.response_nonce() != (version_ == 0 ? "" : absl::StrCat(version_))) {
    return Kind::kStale;
  }
  if (names != names_) {
    named_some_ = named_some_ || !names.empty();
    names_ = std::move(names);
    names_changed_ = true;
  }
  return request.has_error_detail() ? Kind::kRefused : Kind::kAccepted;
}

std::vector<std::string> SdsStream::WantedNames() const {
  const bool all = names_.empty() && !named_some_ && secrets_ != nullptr;
  return all ? secrets_->AllNames() : names_;
}

std::vector<std::string> SdsStream::UnknownNames() const {
  std::vector<std::string> unknown;
  if (secrets_ == nullptr || !secrets_->IsOfAnIdentity()) {
    return unknown;  // nobody can say yet
  }
  for (const std::string& name : names_) {
    if (!secrets_->Knows(name)) {
      unknown.push_back(name);
    }
  }
  return unknown;
}

SharedOctets SdsStream::Next() {
  if (!asked_ || secrets_ == nullptr) {
    return nullptr;
  }
  absl::flat_hash_map<std::string, SharedOctets> now;
  bool changed = names_changed_;
  DiscoveryResponse response;
  const absl::Cleanup wipe = [&response] {
    for (auto& resource : *response.mutable_resources()) {
      WipeString(*resource.mutable_value());
    }
  };
  for (const std::string& name : WantedNames()) {
    const SharedOctets octets = secrets_->Find(name);
    if (octets == nullptr) {
      continue;
    }
    const auto before = sent_.find(name);
    changed = changed || before == sent_.end() || !SameOctets(before->second, octets);
    auto& resource = *response.add_resources();
    resource.set_type_url(kSdsSecretType);
    const SecretBytes secret = NamedSecret(name, octets);
    resource.mutable_value()->assign(secret.view().data(), secret.size());
    now[name] = octets;
  }
  if (!changed || now.empty()) {
    return nullptr;
  }
  names_changed_ = false;
  sent_ = std::move(now);
  ++version_;
  response.set_version_info(absl::StrCat(version_));
  response.set_nonce(absl::StrCat(version_));
  response.set_type_url(kSdsSecretType);
  return ToOctets(response);
}

absl::StatusOr<SharedOctets> AnswerSdsOnce(const DiscoveryRequest& request,
                                           const std::shared_ptr<const SdsSecrets>& secrets) {
  SdsStream stream;
  FLEETCA_RETURN_IF_ERROR(stream.OnRequest(request).status());
  stream.OnSecrets(secrets);
  const std::vector<std::string> unknown = stream.UnknownNames();
  if (!unknown.empty()) {
    return InvalidArgument(
        Reason::kRequestMalformed, "resource_names",
        absl::StrCat("\"", absl::StrJoin(unknown, "\", \""),
                     "\" stands for no secret here; ask for \"default\", \"ROOTCA\", \"ALL\", \"",
                     absl::StrJoin(secrets->AllNames(), "\" or \""), "\""));
  }
  SharedOctets answer = stream.Next();
  if (answer == nullptr) {
    return Unavailable(Reason::kInternal,
                       "The agent has no valid certificate yet; ask again in a moment");
  }
  return answer;
}

}  // namespace fleetca::client
