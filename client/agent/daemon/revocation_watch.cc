#include "client/agent/daemon/revocation_watch.h"

#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_since_boot.h"
#include "client/agent/same_problem.h"
#include "client/files/credential_files.h"

namespace fleetca::client {
namespace {

// No identity has such a name.
constexpr char kFolder[] = "_feed";
constexpr absl::Duration kLook = absl::Minutes(1);
// Until an identity has its first certificate.
constexpr absl::Duration kFirstLook = absl::Seconds(2);

const CredentialFileOptions& FilesOfFeed() {
  static const auto& files = *new CredentialFileOptions{.credential_bundle = "",
                                                        .private_key = "key.pem",
                                                        .certificate = "certificate.pem",
                                                        .combined = "",
                                                        .trust_bundle = "ca.pem"};
  return files;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RevocationWatch>> RevocationWatch::Create(
    const AgentOptions& options, const HeldIdentities* held) {
  FLEETCA_ASSIGN_OR_RETURN(
      std::unique_ptr<FileGenerations> files,
      FileGenerations::Open({.folder = absl::StrCat(options.state_folder, "/", kFolder)}));
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<Revocations> revocations, Revocations::Create({}));
  return absl::WrapUnique(
      new RevocationWatch(options, held, std::move(files), std::move(revocations)));
}

RevocationWatch::RevocationWatch(const AgentOptions& options, const HeldIdentities* held,
                                 std::unique_ptr<FileGenerations> files,
                                 std::shared_ptr<Revocations> revocations)
    : options_(options),
      held_(*held),
      folder_(absl::StrCat(options.state_folder, "/", kFolder)),
      files_(std::move(files)),
      revocations_(std::move(revocations)) {}

absl::Time RevocationWatch::Step(absl::Time now) {
  turn_ += feed_ != nullptr && Knowledge().stale ? 1 : 0;
  const absl::Status shown = Show();
  if (!shown.ok() && !IsSameProblem(shown.message(), problem_)) {
    log::Warning("Revocations are not followed", {{"why", shown.message()}});
  }
  problem_ = std::string(shown.message());
  return now + (feed_ == nullptr ? kFirstLook : kLook);
}

std::shared_ptr<const Credential> RevocationWatch::Next() const {
  std::vector<std::shared_ptr<const Credential>> credentials;
  for (const IdentityOptions& identity : options_.identities) {
    const std::shared_ptr<const HeldIdentity> held = held_.Find(identity.name);
    if (held != nullptr && held->credential != nullptr) {
      credentials.push_back(held->credential);
    }
  }
  return credentials.empty() ? nullptr
                             : credentials[turn_ / options_.addresses.size() % credentials.size()];
}

absl::Status RevocationWatch::Show() {
  std::shared_ptr<const Credential> credential = Next();
  const std::string& address = options_.addresses[turn_ % options_.addresses.size()];
  if (credential == nullptr || (credential == shown_ && address == followed_)) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<PlacedFile> files,
                           MakeCredentialFiles(*credential, FilesOfFeed()));
  FLEETCA_RETURN_IF_ERROR(files_->Put(files).status());
  FLEETCA_RETURN_IF_ERROR(files_->Release());
  FLEETCA_RETURN_IF_ERROR(Follow(address));
  shown_ = std::move(credential);
  return absl::OkStatus();
}

absl::Status RevocationWatch::Follow(const std::string& address) {
  if (feed_ != nullptr && address == followed_) {
    return absl::OkStatus();  // it reads the files for its next connection
  }
  feed_.reset();  // one at a time brings the news
  FLEETCA_ASSIGN_OR_RETURN(
      feed_, RevocationFeed::Start({.address = address,
                                    .files = {.ca_file = folder_ + "/ca.pem",
                                              .certificate_file = folder_ + "/certificate.pem",
                                              .private_key_file = folder_ + "/key.pem",
                                              .server_identity = options_.server_identity},
                                    .server_name = options_.server_name},
                                   revocations_));
  followed_ = address;
  return absl::OkStatus();
}

Revocations::Knowledge RevocationWatch::Knowledge() const {
  return revocations_->Describe(TimeSinceBoot());
}

}  // namespace fleetca::client
