// Where new tokens go, as they come.
#ifndef FLEETCA_CLIENT_CLI_TOKEN_SINK_H_
#define FLEETCA_CLIENT_CLI_TOKEN_SINK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/join_token_client.h"

namespace fleetca::client {

// A line TOKEN, a line "IDENTITY TOKEN", or an element of a JSON array.
enum class TokenForm { kToken, kIdentityAndToken, kJson };

// Standard output, a device or a pipe, or a new file that only its owner reads. What was written is
// on the disk when Write returns, so a token that was made is not lost with this process.
// Thread-compatible.
class TokenSink {
 public:
  // `file` empty or "-": standard output. ALREADY_EXISTS kFileInvalid when there is such a file and
  // it is not an empty one of this user's, or another run is about to write into it;
  // kFileMissing, kFilePermissions, kFileInvalid when it cannot be made, or standard output is
  // closed.
  static absl::StatusOr<std::unique_ptr<TokenSink>> Create(const std::string& file, TokenForm form);

  TokenSink(const TokenSink&) = delete;
  TokenSink& operator=(const TokenSink&) = delete;
  // Removes a file into which nothing was written.
  ~TokenSink();

  // FAILED_PRECONDITION kFileInvalid when not all could be written.
  absl::Status Write(absl::Span<const CreatedJoinToken> tokens, absl::Time now);

  // Ends what is written; nothing is written afterwards.
  absl::Status Finish();

 private:
  enum class Kind { kGiven, kStream, kNewFile };

  TokenSink(std::string file, int fd, Kind kind, TokenForm form)
      : file_(std::move(file)), fd_(fd), kind_(kind), form_(form) {}

  absl::Status WriteBytes(absl::string_view bytes);

  const std::string file_;
  const int fd_;
  const Kind kind_;
  const TokenForm form_;
  bool empty_ = true;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TOKEN_SINK_H_
