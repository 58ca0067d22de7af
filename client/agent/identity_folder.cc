#include "client/agent/identity_folder.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/agent/identity_record_text.h"
#include "client/agent/kept_certificate.h"

namespace fleetca::client {
namespace {

constexpr char kRecordFile[] = "identity.textproto";
constexpr char kHeldKeyFile[] = "held-key.pem";
constexpr char kNextKeyFile[] = "next-key.pem";
constexpr mode_t kMode = 0600;

void AddFile(absl::string_view name, absl::string_view contents, std::vector<PlacedFile>* files) {
  if (!contents.empty()) {
    files->push_back({.name = std::string(name), .contents = SecretBytes(contents), .mode = kMode});
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<IdentityFolder>> IdentityFolder::Open(
    const std::string& state_folder, const std::string& name, BeforeStep before_step) {
  std::string path = absl::StrCat(state_folder, "/", name);
  FLEETCA_ASSIGN_OR_RETURN(
      std::unique_ptr<FileGenerations> files,
      FileGenerations::Open({.folder = path, .before_step = std::move(before_step)}));
  return std::unique_ptr<IdentityFolder>(new IdentityFolder(std::move(path), std::move(files)));
}

absl::StatusOr<SecretBytes> IdentityFolder::ReadKey(absl::string_view name) const {
  absl::StatusOr<SecretBytes> key = files_->Read(name);
  if (GetReason(key.status()) == Reason::kFileMissing) {
    return SecretBytes();
  }
  return key;
}

absl::StatusOr<IdentityRecord> IdentityFolder::Load() const {
  FLEETCA_ASSIGN_OR_RETURN(const uint64_t generation, files_->Generation());
  if (generation == 0) {
    return IdentityRecord();
  }
  const std::string advice = absl::StrCat("; move ", path_,
                                          " away, and the agent enrolls the identity anew, or "
                                          "restore the folder as it was");
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes text, files_->Read(kRecordFile));
  absl::StatusOr<IdentityRecord> record = ParseIdentityRecord(text.view());
  if (!record.ok()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path_, "/", kRecordFile, " ", record.status().message(), advice));
  }
  FLEETCA_ASSIGN_OR_RETURN(record->held_key_pem, ReadKey(kHeldKeyFile));
  FLEETCA_ASSIGN_OR_RETURN(SecretBytes next_key, ReadKey(kNextKeyFile));
  if (record->request.has_value()) {
    record->request->private_key_pem = std::move(next_key);
  }
  if (!KeyFits(record->held, record->held_key_pem) ||
      !KeyFits(record->pending, record->pending_key_pem())) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("a private key in ", path_, " is not that of its certificate", advice));
  }
  return record;
}

absl::Status IdentityFolder::Save(const IdentityRecord& record) {
  const std::string text = IdentityRecordText(record);
  // What is written here is what the next start has to live by.
  if (const absl::Status readable = ParseIdentityRecord(text).status(); !readable.ok()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("what is to be kept in ", path_, "/", kRecordFile, " ", readable.message(),
                     ", so it is not written, and what was kept before stays"));
  }
  std::vector<PlacedFile> files;
  AddFile(kRecordFile, text, &files);
  AddFile(kHeldKeyFile, record.held_key_pem.view(), &files);
  if (record.request.has_value()) {
    AddFile(kNextKeyFile, record.request->private_key_pem.view(), &files);
  }
  FLEETCA_RETURN_IF_ERROR(files_->Put(files).status());
  // What cannot be taken away now is taken away after the next change, or by the next Open.
  (void)files_->Release();
  return absl::OkStatus();
}

}  // namespace fleetca::client
