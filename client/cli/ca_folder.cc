#include "client/cli/ca_folder.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/text.h"
#include "fleetca/config/v1/config.pb.h"
#include "fleetca/policy/v1/policy.pb.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kConfigFile = "fleetca.textproto";
constexpr absl::string_view kPolicyFile = "policy.textproto";
constexpr absl::string_view kRemedy = "; give the server's address with --server";

// Keeps the first error, with the place that an editor shows. `fleetca config validate` says more.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  const std::string& text() const { return text_; }

  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (text_.empty()) {
      // Whoever prints it escapes what has to be.
      text_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ",
                           absl::StripSuffix(message, "."));
    }
  }

 private:
  std::string text_;
};

// An address to listen on, as one to connect to.
std::string ToConnectTo(absl::string_view address) {
  for (const auto& [every, loopback] :
       {std::pair("0.0.0.0:", "127.0.0.1:"), std::pair("[::]:", "[::1]:")}) {
    if (absl::ConsumePrefix(&address, every)) {
      return absl::StrCat(loopback, address);
    }
  }
  return std::string(address);
}

}  // namespace

absl::StatusOr<std::string> ServerAddressOf(absl::string_view folder) {
  const std::string file = absl::StrCat(folder, "/", kConfigFile);
  const absl::StatusOr<std::string> text = ReadTextFile(file);
  if (GetReason(text.status()) == Reason::kFileMissing) {
    return "";
  }
  if (!text.ok()) {
    return text.status();
  }
  // A server of another release may know more fields.
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.AllowUnknownField(true);
  config::v1::ServerConfig config;
  const bool parsed = parser.ParseFromString(*text, &config);
  if (!parsed) {
    return InvalidArgument(
        Reason::kConfigInvalid, "",
        absl::StrCat(file, " cannot be understood: ",
                     error.text().empty() ? "it is no text of protocol buffers" : error.text(),
                     "; correct it ('fleetca config validate' checks it whole), or give the "
                     "server's address with --server"));
  }
  const std::string& address = config.listener().address();
  if (address.empty()) {
    return InvalidArgument(
        Reason::kConfigInvalid, "listener.address",
        absl::StrCat(file, " does not say on which address the server listens", kRemedy));
  }
  if (absl::EndsWith(address, ":0")) {
    return InvalidArgument(Reason::kConfigInvalid, "listener.address",
                           absl::StrCat(file, " has port 0, for which the server takes a free one ",
                                        "and logs it", kRemedy));
  }
  return ToConnectTo(address);
}

std::vector<std::string> ProfilesOf(absl::string_view folder) {
  const absl::StatusOr<std::string> text = ReadTextFile(absl::StrCat(folder, "/", kPolicyFile));
  if (!text.ok()) {
    return {};
  }
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.AllowUnknownField(true);
  policy::v1::Policy policy;
  if (!parser.ParseFromString(*text, &policy)) {
    return {};
  }
  std::vector<std::string> names;
  for (const policy::v1::Profile& profile : policy.profiles()) {
    names.push_back(profile.profile().name());
  }
  return names;
}

}  // namespace fleetca::client
