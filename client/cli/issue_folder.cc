#include "client/cli/issue_folder.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/file_status.h"
#include "base/named_paths.h"
#include "base/standard_output.h"
#include "base/status_macros.h"
#include "client/answer_lost.h"
#include "client/ca_client.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/folder_outputs.h"
#include "client/cli/folder_requests.h"
#include "client/cli/issue_connection.h"
#include "client/cli/issued_output.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/progress.h"
#include "client/issue_many.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

// Collects how each of the requests ended.
class Outcome {
 public:
  explicit Outcome(size_t total) : progress_(total, "certificates"), total_(total) {}

  void Issued(const FolderRequest& request, const client::Issued& issued) {
    issued_.push_back({{"csr", request.csr_file},
                       {"file", request.out_file},
                       {"serial", issued.serial.ToHex()},
                       {"not_after", TimeToJson(issued.not_after)},
                       {"renew_after", TimeToJson(issued.renew_after)},
                       {"replayed", issued.replayed}});
    replayed_ += issued.replayed ? 1 : 0;
    progress_.Report(issued_.size() + failed_.size());
  }

  void Failed(const FolderRequest& request, const absl::Status& status) {
    const std::optional<Reason> reason = GetReason(status);
    failed_.push_back({{"csr", request.csr_file},
                       {"code", absl::StatusCodeToString(status.code())},
                       {"reason", reason.has_value() ? std::string(ReasonName(*reason)) : ""},
                       {"field", BlamedField(status)},
                       {"message", PrintableMessage(status)}});
    progress_.Report(issued_.size() + failed_.size());
  }

  bool any_issued() const { return !issued_.empty(); }
  bool any_failed() const { return !failed_.empty(); }
  // How many certificates were issued before, and given again.
  size_t replayed() const { return replayed_; }

  // Says what failed or that all were issued, and with -o json writes the report.
  // FAILED_PRECONDITION when some failed; with `goes_on` it says what the next run does.
  absl::Status Finish(const IssueFlags& flags, bool goes_on) {
    progress_.End();
    for (const ordered_json& failure : failed_) {
      const std::string csr = failure["csr"];
      const std::string why = failure["message"];
      // An error of reading the CSR's file names that file itself.
      Say(absl::StrCat("fleetca: ", why.find(csr) == 0 ? "" : absl::StrCat(csr, ": "), why));
    }
    if (flags.output.form == "json") {
      FLEETCA_RETURN_IF_ERROR(
          WriteStandardOutput(JsonToText({{"issued", issued_}, {"failed", failed_}})));
    }
    if (failed_.empty()) {
      Say(absl::StrCat("issued ", total_, total_ == 1 ? " certificate" : " certificates", " into ",
                       flags.out_dir));
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(absl::StrCat(
        "issued ", issued_.size(), " of ", total_, " certificates into ", flags.out_dir,
        "; the other ", failed_.size(), failed_.size() == 1 ? " is" : " are", " listed above",
        !goes_on      ? ""
        : flags.force ? ". With --force the same command has all issued anew; for the rest "
                        "alone, name each of them with --csr"
                      : ". The same command goes on with the rest: what was issued already "
                        "is not issued anew"));
  }

 private:
  Progress progress_;
  const size_t total_;
  size_t replayed_ = 0;
  ordered_json issued_ = ordered_json::array();
  ordered_json failed_ = ordered_json::array();
};

FolderReplace ReplaceOf(const IssueFlags& flags, const FolderSeed& seed) {
  return flags.force     ? FolderReplace::kAllButKeys
         : seed.is_new() ? FolderReplace::kNothing
                         : FolderReplace::kSameKey;
}

// Keeps the seed of the requests' ids in the folder, but only where all outputs can be written: a
// run that may not begin leaves the seed as it was.
absl::StatusOr<FolderSeed> KeepSeed(const IssueFlags& flags,
                                    const std::vector<FolderRequest>& requests) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string server, AskedServer(flags));
  FLEETCA_ASSIGN_OR_RETURN(FolderSeed seed, FolderSeed::Find(flags.out_dir, server, flags.force));
  FLEETCA_RETURN_IF_ERROR(CheckFolderOutputs(requests, ReplaceOf(flags, seed)));
  FLEETCA_RETURN_IF_ERROR(seed.Begin());
  return seed;
}

absl::Status WriteCertificate(const IssueFlags& flags, const FolderSeed& seed,
                              const FolderRequest& request, const client::Issued& issued) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem,
                           FormatIssued(issued, OutputForm::kPem, !flags.leaf_only));
  return Annotate(WriteFolderOutput(request, pem, ReplaceOf(flags, seed)),
                  absl::StrCat("the certificate was issued, and 'fleetca cert get ",
                               issued.serial.ToHex(), "' fetches it, but here"));
}

// A refusal by the CA, and where it is of a request id that an earlier run used already, how to get
// a new one.
absl::Status RefusalOf(const absl::Status& status, const FolderSeed& seed) {
  const std::optional<Reason> reason = GetReason(status);
  if (seed.is_new() ||
      (reason != Reason::kRequestIdExpired && reason != Reason::kRequestIdReused)) {
    return status;
  }
  return MakeError(status.code(), *reason, GetField(status),
                   absl::StrCat(reason == Reason::kRequestIdExpired
                                    ? "the certificate that an earlier run got for this CSR has "
                                      "expired since"
                                    : "an earlier run used the id of this request for another one",
                                "; remove ", seed.path(),
                                ", and the same command has all certificates issued anew"));
}

// Asks for all and writes what comes. Returns whether a certificate may have been issued that is
// not on disk.
bool AskAll(const IssueFlags& flags, const CaClient& client, const FolderSeed& seed,
            absl::Span<const FolderRequest> requests, Outcome* outcome) {
  std::vector<const FolderRequest*> asked;
  std::vector<IssueOptions> options;
  for (const FolderRequest& request : requests) {
    if (!request.csr.ok()) {
      outcome->Failed(request, request.csr);
      continue;
    }
    asked.push_back(&request);
    options.push_back(request.asked);
    options.back().request_id = seed.RequestIdOf(request.asked);
  }
  bool lost = false;
  IssueMany(client, options, [&](size_t index, const absl::StatusOr<Issued>& result) {
    const absl::Status status = result.ok() ? WriteCertificate(flags, seed, *asked[index], *result)
                                            : RefusalOf(result.status(), seed);
    if (status.ok()) {
      outcome->Issued(*asked[index], *result);
      return;
    }
    lost = lost || result.ok() || MayHaveIssued(status);
    outcome->Failed(*asked[index], status);
  });
  return lost;
}

// Removes the seed where there is nothing to go on with: where all was issued, or nothing was. Else
// the next run asks with the same ids for what was issued, and true is returned.
bool LeaveSeed(const FolderSeed& seed, const Outcome& outcome, bool lost) {
  if (lost) {
    return true;
  }
  if (!outcome.any_failed() || (!outcome.any_issued() && seed.is_new())) {
    seed.Remove();
    return false;
  }
  if (const absl::Status marked = seed.MarkComplete(); !marked.ok()) {
    Say(absl::StrCat("fleetca: ", PrintableMessage(marked),
                     "; so the next run with --force gets what this one got, and issues nothing "
                     "anew"));
  }
  return true;
}

// With --force somebody may have meant to have new certificates.
void SayReplayed(const Outcome& outcome) {
  if (const size_t replayed = outcome.replayed(); replayed > 0) {
    Say(absl::StrCat(replayed,
                     replayed == 1 ? " certificate was issued" : " certificates were issued",
                     " by a run before this one, which was cut short; the same command issues new "
                     "ones from now on"));
  }
}

}  // namespace

absl::Status IssueFolder(const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<FolderRequest> requests, ReadFolderRequests(flags));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<CaClient> client, Connect(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const FolderSeed seed, KeepSeed(flags, requests));
  Outcome outcome(requests.size());
  const bool lost = AskAll(flags, *client, seed, requests, &outcome);
  if (const int error = SyncFileSystemOf(absl::StrCat(flags.out_dir, "/.")); error != 0) {
    return FileError("write", flags.out_dir, error);
  }
  const bool goes_on = LeaveSeed(seed, outcome, lost);
  const absl::Status finished = outcome.Finish(flags, goes_on && !lost);
  if (flags.force && !seed.is_new() && !lost) {
    SayReplayed(outcome);
  }
  return lost ? Annotate(finished,
                         "some may have been issued although no answer came, and the same "
                         "command gets these")
              : finished;
}

}  // namespace fleetca::client
