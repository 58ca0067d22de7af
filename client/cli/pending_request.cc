#include "client/cli/pending_request.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/output_place.h"
#include "base/secret_file_rule.h"
#include "base/status_macros.h"
#include "client/cli/terminal/regular_file.h"

namespace fleetca::client {
namespace {

constexpr mode_t kMode = 0600;
constexpr absl::string_view kSuffix = ".pending";
// The first line, the line before the key and the line after it, and the lines around an answer.
constexpr absl::string_view kFirstLine = "fleetca: a request that may have been answered, format 1";
constexpr absl::string_view kKeyFollows = "private-key";
constexpr absl::string_view kEncryptedKey = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
constexpr absl::string_view kLastLine = "end\n";
constexpr absl::string_view kAnswerBegins = "answer-begins\n";
constexpr absl::string_view kAnswerEnds = "answer-ends\n";

// Writes text as it came from a flag, escaped so that it stays one line.
void AppendText(absl::string_view name, absl::string_view text, std::string* out) {
  absl::StrAppend(out, name, " ", absl::CEscape(text), "\n");
}

void AppendOctets(absl::string_view name, absl::string_view octets, std::string* out) {
  absl::StrAppend(out, name, " ", absl::Base64Escape(octets), "\n");
}

void AppendNumber(absl::string_view name, int64_t number, std::string* out) {
  absl::StrAppend(out, name, " ", number, "\n");
}

std::string FormatAnswer(const Issued& answer) {
  std::string text(kAnswerBegins);
  AppendOctets("certificate", answer.certificate_der, &text);
  for (const std::string& der : answer.chain_der) {
    AppendOctets("chain", der, &text);
  }
  AppendText("serial", answer.serial.ToHex(), &text);
  AppendNumber("not-before", absl::ToUnixSeconds(answer.not_before), &text);
  AppendNumber("not-after", absl::ToUnixSeconds(answer.not_after), &text);
  AppendNumber("renew-after", absl::ToUnixSeconds(answer.renew_after), &text);
  return absl::StrCat(text, kAnswerEnds);
}

std::string Format(const PendingRequest& request) {
  std::string text = absl::StrCat(kFirstLine, "\n");
  AppendOctets("request-id", request.asked.request_id, &text);
  AppendText("server", request.server, &text);
  AppendText("profile", request.asked.profile, &text);
  AppendText("identity", request.asked.identity, &text);
  if (request.asked.renewal) {
    AppendNumber("renewal", 1, &text);
  }
  if (request.asked.lifetime.has_value()) {
    AppendNumber("lifetime", absl::ToInt64Seconds(*request.asked.lifetime), &text);
  }
  AppendText("key-type", request.key_type, &text);
  for (const std::string& name : request.names) {
    AppendText("name", name, &text);
  }
  AppendOctets("csr", request.asked.csr_der, &text);
  absl::StrAppend(&text, kKeyFollows, "\n", request.private_key_pem.view(), kLastLine);
  return text;
}

// Reads lines into a request.
class Lines {
 public:
  // Whether every line was understood.
  bool TakeAll(absl::string_view text) {
    for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      if (!Take(line)) {
        return false;
      }
    }
    return true;
  }

  PendingRequest Finish(absl::string_view private_key_pem) {
    request_.private_key_pem = SecretBytes(private_key_pem);
    request_.key_is_encrypted = absl::StartsWith(private_key_pem, kEncryptedKey);
    if (!answer_.certificate_der.empty()) {
      answer_.request_id = request_.asked.request_id;
      request_.answer = std::move(answer_);
    }
    return std::move(request_);
  }

 private:
  bool Take(absl::string_view line) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    const auto& [name, value] = parts;
    IssueOptions& asked = request_.asked;
    if (name == "request-id") return absl::Base64Unescape(value, &asked.request_id);
    if (name == "server") return absl::CUnescape(value, &request_.server);
    if (name == "profile") return absl::CUnescape(value, &asked.profile);
    if (name == "identity") return absl::CUnescape(value, &asked.identity);
    if (name == "key-type") return absl::CUnescape(value, &request_.key_type);
    if (name == "name") return absl::CUnescape(value, &request_.names.emplace_back());
    if (name == "csr") return absl::Base64Unescape(value, &asked.csr_der);
    if (name == "renewal") return asked.renewal = value == "1";
    int64_t seconds = 0;
    if (name == "lifetime") {
      const bool read = absl::SimpleAtoi(value, &seconds);
      asked.lifetime = absl::Seconds(seconds);
      return read;
    }
    return TakeOfAnswer(name, value);
  }

  bool TakeOfAnswer(absl::string_view name, absl::string_view value) {
    if (name == "certificate") return absl::Base64Unescape(value, &answer_.certificate_der);
    if (name == "chain") return absl::Base64Unescape(value, &answer_.chain_der.emplace_back());
    if (name == "serial") {
      const absl::StatusOr<x509::SerialNumber> serial = x509::SerialNumber::FromHex(value);
      if (serial.ok()) {
        answer_.serial = *serial;
      }
      return serial.ok();
    }
    return TakeTime(name, "not-before", value, &answer_.not_before) ||
           TakeTime(name, "not-after", value, &answer_.not_after) ||
           TakeTime(name, "renew-after", value, &answer_.renew_after);
  }

  static bool TakeTime(absl::string_view name, absl::string_view wanted, absl::string_view value,
                       absl::Time* time) {
    int64_t seconds = 0;
    if (name != wanted || !absl::SimpleAtoi(value, &seconds)) {
      return false;
    }
    *time = absl::FromUnixSeconds(seconds);
    return true;
  }

  PendingRequest request_;
  Issued answer_;
};

// The answer that was added last, without the lines around it; "" where the file does not hold all
// of it.
absl::string_view LastAnswer(absl::string_view text) {
  const size_t begin = text.rfind(kAnswerBegins);
  if (begin == absl::string_view::npos || !absl::ConsumeSuffix(&text, kAnswerEnds)) {
    return "";
  }
  return text.substr(begin + kAnswerBegins.size());
}

std::optional<PendingRequest> Parse(absl::string_view text) {
  const std::string key_begins = absl::StrCat("\n", kKeyFollows, "\n");
  if (!absl::ConsumePrefix(&text, absl::StrCat(kFirstLine, "\n"))) {
    return std::nullopt;
  }
  const size_t lines_end = text.find(key_begins);
  size_t end = text.find(absl::StrCat("\n", kLastLine), lines_end);
  if (lines_end == absl::string_view::npos || end == absl::string_view::npos) {
    return std::nullopt;
  }
  ++end;
  Lines lines;
  if (!lines.TakeAll(text.substr(0, lines_end)) || !lines.TakeAll(LastAnswer(text.substr(end)))) {
    return std::nullopt;
  }
  const size_t key = lines_end + key_begins.size();
  PendingRequest request = lines.Finish(text.substr(key, end - key));
  // A key is kept for the type that was asked for, and for the user's own CSR none is.
  const bool is_whole = (request.asked.renewal || !request.asked.csr_der.empty()) &&
                        !request.asked.request_id.empty() &&
                        request.key_type.empty() == request.private_key_pem.empty();
  return is_whole ? std::optional<PendingRequest>(std::move(request)) : std::nullopt;
}

std::string OrDefault(absl::string_view text) {
  return text.empty() ? "the default" : std::string(text);
}

std::string LifetimeText(const std::optional<absl::Duration>& lifetime) {
  return lifetime.has_value() ? absl::FormatDuration(*lifetime) : "";
}

std::string KeyStateText(const PendingRequest& request) {
  return request.key_is_encrypted ? "with a passphrase" : "in the clear";
}

// "asks for the profile a, and this command for b"; "" where both ask for the same.
std::string Difference(const PendingRequest& pending, const PendingRequest& asked) {
  const struct {
    absl::string_view what;
    std::string there;
    std::string here;
  } fields[] = {
      {"a certificate of the CA at", pending.server, asked.server},
      {"a certificate by", pending.asked.renewal ? "renewal" : "issuing",
       asked.asked.renewal ? "renewal" : "issuing"},
      {"the profile", pending.asked.profile, asked.asked.profile},
      {"the identity", pending.asked.identity, asked.asked.identity},
      {"the lifetime", LifetimeText(pending.asked.lifetime), LifetimeText(asked.asked.lifetime)},
      {"a new key of type", pending.key_type, asked.key_type},
      {"a key", KeyStateText(pending), KeyStateText(asked)},
      {"the names", absl::StrJoin(pending.names, " "), absl::StrJoin(asked.names, " ")},
  };
  for (const auto& field : fields) {
    if (field.there != field.here) {
      return absl::StrCat("asks for ", field.what, " ", OrDefault(field.there),
                          ", and this command for ", OrDefault(field.here));
    }
  }
  // The CSR of a new key is made anew each time.
  if (asked.key_type.empty() && asked.asked.csr_der != pending.asked.csr_der) {
    return "is for another CSR than this command";
  }
  return !asked.asked.request_id.empty() && asked.asked.request_id != pending.asked.request_id
             ? "has another request id than this command"
             : "";
}

}  // namespace

std::string PendingPathFor(absl::string_view output) {
  if (output.empty()) {
    return "";
  }
  const absl::StatusOr<OutputPlace> place = FindOutputPlace(output);
  return place.ok() && !place->is_stream ? absl::StrCat(place->path, kSuffix) : "";
}

absl::StatusOr<std::optional<PendingRequest>> ReadPending(const std::string& path) {
  const absl::StatusOr<SecretBytes> text =
      ReadRegularFile(path, FollowLink::kNo, [&path](int descriptor, const struct stat& info) {
        return CheckSecretFile({info, IsOnReadOnlyMount(descriptor)}, path);
      });
  if (GetReason(text.status()) == Reason::kFileMissing) {
    return std::nullopt;
  }
  FLEETCA_RETURN_IF_ERROR(text.status());
  std::optional<PendingRequest> request = Parse(text->view());
  if (!request.has_value()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path,
                     " is where this command keeps its request until the answer is safe, and "
                     "something else is in it; move it away or name another output"));
  }
  return request;
}

absl::Status WritePending(const std::string& path, const PendingRequest& request) {
  std::string text = Format(request);
  const absl::Cleanup wipe = [&text] { WipeString(text); };
  return WriteNewFile(path, text, kMode);
}

absl::Status AddAnswer(const std::string& path, const Issued& answer) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC));
  int error = file.valid() ? WriteAll(file.get(), FormatAnswer(answer)) : errno;
  if (error == 0 && fsync(file.get()) != 0) {
    error = errno;
  }
  return error == 0 ? absl::OkStatus() : FileError("write", path, error);
}

absl::Status CheckSameRequest(const PendingRequest& pending, const PendingRequest& asked,
                              absl::string_view path) {
  const std::string difference = Difference(pending, asked);
  if (difference.empty()) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(path,
                   " keeps the request of an earlier command, to which the CA may have "
                   "answered with a certificate: it ",
                   difference,
                   ". Give that command again to get its certificate, or remove the file if you do "
                   "without; nothing was asked for yet"));
}

}  // namespace fleetca::client
