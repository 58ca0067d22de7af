#include "client/cli/token_create_command.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/file.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/connection_flags.h"
#include "client/cli/identity_flag.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/progress.h"
#include "client/cli/token_sink.h"
#include "client/join_token_client.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
With --identity each line of the output is a token; with --identities-file, "IDENTITY TOKEN".
Whoever has a token may have its certificates, and it is shown only now: --out makes a file that
only you can read.

Examples:
  # One token, for ten minutes and one certificate:
  fleetca token create --dir ca --identity spiffe://fleet.example/host/web-1 \
    --profile host --out web-1.token
  # One for each host of a rack, up to 100,000:
  fleetca token create --dir ca --identities-file hosts.txt --profile host \
    --ttl 1h --out tokens.txt
)help";

constexpr uint32_t kMaxUses = 100'000;

struct CreateFlags {
  ConnectionFlags connection;
  std::string form = "text";
  std::string out;
  std::string identity;
  std::string identities_file;
  std::string profile;
  std::string ttl = "10m";
  uint32_t uses = 1;
  size_t count = 1;
};

absl::StatusOr<std::vector<ListedIdentity>> IdentitiesOf(const CreateFlags& flags) {
  if (flags.identities_file.empty()) {
    return std::vector<ListedIdentity>(flags.count, {flags.identity, 0});
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string contents, ReadFile(flags.identities_file));
  absl::StatusOr<std::vector<ListedIdentity>> identities = ParseIdentities(contents);
  if (!identities.ok()) {
    return Annotate(identities.status(), NameOfInput(flags.identities_file));
  }
  return identities;
}

TokenForm FormOf(const CreateFlags& flags) {
  if (ParseForm(flags.form) == OutputForm::kJson) {
    return TokenForm::kJson;
  }
  return flags.identities_file.empty() ? TokenForm::kToken : TokenForm::kIdentityAndToken;
}

// Where the work stopped, so that what is left can be asked for alone.
absl::Status StoppedAt(const absl::Status& status, size_t done,
                       const std::vector<ListedIdentity>& identities) {
  if (done == 0) {
    return status;
  }
  const ListedIdentity& next = identities[done];
  const std::string line = next.line == 0 ? "" : absl::StrCat("line ", next.line, ", ");
  return Annotate(status,
                  absl::StrCat("made and wrote ", done, " of ", identities.size(),
                               " tokens; the first that is missing is for ", line, next.identity));
}

// What could not be written is of no use to its owner, and should be to nobody else.
absl::Status RevokeLost(const JoinTokenClient& client, const std::vector<CreatedJoinToken>& lost,
                        const absl::Status& why) {
  std::vector<std::string> ids;
  for (const CreatedJoinToken& token : lost) {
    ids.push_back(token.info.id);
  }
  const absl::Status revoked = client.RevokeTokens(ids).status();
  return Annotate(
      why,
      revoked.ok()
          ? absl::StrCat("the last ", ids.size(), " tokens could not be kept and have been revoked")
          : absl::StrCat("the last ", ids.size(), " tokens could not be kept and not be revoked (",
                         revoked.message(), "): find them with 'fleetca token list'"));
}

// Makes tokens for `some`, and has them written.
absl::Status CreateSome(const JoinTokenClient& client, const CreateFlags& flags,
                        absl::Span<const ListedIdentity> some, TokenSink* sink) {
  CreateTokensOptions options;
  for (const ListedIdentity& listed : some) {
    options.identities.push_back(listed.identity);
  }
  options.profile = flags.profile;
  options.lifetime = ParseDurationFlag(flags.ttl);
  options.uses = flags.uses;
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<CreatedJoinToken> created,
                           client.CreateTokens(options));
  const absl::Status written = sink->Write(created, Clock::System().Now());
  return written.ok() ? written : RevokeLost(client, created, written);
}

absl::Status CreateAll(const JoinTokenClient& client, const CreateFlags& flags,
                       const std::vector<ListedIdentity>& identities, TokenSink* sink) {
  Progress progress(identities.size(), "join tokens");
  size_t done = 0;
  while (done < identities.size()) {
    const absl::Span<const ListedIdentity> some =
        absl::MakeConstSpan(identities).subspan(done, kMaxTokensPerCall);
    const absl::Status status = CreateSome(client, flags, some, sink);
    if (!status.ok()) {
      return StoppedAt(status, done, identities);
    }
    done += some.size();
    if (identities.size() > kMaxTokensPerCall) {
      progress.Report(done);
    }
  }
  return absl::OkStatus();
}

absl::Status RunTokenCreate(const CreateFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<ListedIdentity> identities, IdentitiesOf(flags));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<JoinTokenClient> client,
                           ConnectTo<JoinTokenClient>(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<TokenSink> sink,
                           TokenSink::Create(flags.out, FormOf(flags)));
  const absl::Status created = CreateAll(*client, flags, identities, sink.get());
  // Also after a failure: what was made is to be read.
  const absl::Status finished = sink->Finish();
  FLEETCA_RETURN_IF_ERROR(created);
  FLEETCA_RETURN_IF_ERROR(finished);
  Say(absl::StrCat("made ", identities.size(),
                   identities.size() == 1 ? " join token" : " join tokens", ", each for ",
                   flags.uses, flags.uses == 1 ? " certificate" : " certificates", " within ",
                   flags.ttl));
  return absl::OkStatus();
}

void AddTokenFlags(CLI::App& command, CreateFlags* flags) {
  CLI::App* whom = command.add_option_group("Whom", "One of these is required");
  CLI::Option* identity =
      whom->add_option("--identity", flags->identity, "The SPIFFE ID that the token is for")
          ->type_name("SPIFFE-ID")
          ->check(CheckIdentityFlag, "");
  whom->add_option("--identities-file", flags->identities_file,
                   "One SPIFFE ID a line, # begins a comment; - is standard input")
      ->type_name("FILE");
  whom->require_option(1);
  command.add_option("--profile", flags->profile, "The profile of the certificates")
      ->type_name("NAME")
      ->required();
  command.add_option("--ttl", flags->ttl, "How long the token may be used, at most 30d")
      ->type_name("TIME")
      ->check(CheckDurationFlag, "")
      ->capture_default_str();
  command.add_option("--uses", flags->uses, "How many certificates each token is good for")
      ->type_name("N")
      ->check(CLI::Range(uint32_t{1}, kMaxUses))
      ->capture_default_str();
  command.add_option("--count", flags->count, "How many tokens for the --identity")
      ->type_name("N")
      ->check(CLI::Range(size_t{1}, kMaxListedIdentities))
      ->needs(identity)
      ->capture_default_str();
  AddTextOrJsonFlag(command, &flags->form);
  command
      .add_option("--out", flags->out,
                  "A new file for the tokens (mode 0600); - is standard output")
      ->type_name("FILE");
}

}  // namespace

void AddTokenCreateCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("create", "Make join tokens for new hosts");
  auto flags = std::make_shared<CreateFlags>();
  AddTokenFlags(*command, flags.get());
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    std::string missing = MissingConnectionFlag(flags->connection);
    if (missing.empty()) {
      missing = StandardInputMistake({{"--identities-file", flags->identities_file},
                                      {"--ca", flags->connection.ca},
                                      {"--cert", flags->connection.certificate},
                                      {"--key", flags->connection.key}});
    }
    *exit_code = missing.empty() ? ReportStatus(RunTokenCreate(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace fleetca::client
