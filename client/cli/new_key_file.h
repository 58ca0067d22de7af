// The file of a key that this run made, and what becomes of it when the run is cut short.
#ifndef FLEETCA_CLIENT_CLI_NEW_KEY_FILE_H_
#define FLEETCA_CLIENT_CLI_NEW_KEY_FILE_H_

#include <csignal>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// While there is one, SIGINT, SIGTERM and SIGHUP take the file along before they end the process,
// so that the same command can be given again. Once a request for the key's certificate may have
// gone out, the file stays: there may be a certificate. Either is said on standard error. At most
// one at a time in a process; BeforeAttempt and AfterFailure are for any thread.
class NewKeyFile {
 public:
  // Writes a new file of mode 0600. The errors of WriteNewFile (base/file.h).
  static absl::StatusOr<std::unique_ptr<NewKeyFile>> Write(const std::string& path,
                                                           absl::string_view pem);
  NewKeyFile(const NewKeyFile&) = delete;
  NewKeyFile& operator=(const NewKeyFile&) = delete;
  // The file stays, and signals do again what they did before.
  ~NewKeyFile();

  // For a key that gets no certificate.
  void Remove() const;

  // From here on a request may be on its way.
  static void BeforeAttempt();
  // Where nothing listened, the attempt that failed sent nothing.
  static void AfterFailure(const absl::Status& status);

 private:
  explicit NewKeyFile(std::string path) : path_(std::move(path)) {}

  void Catch();

  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

  const std::string path_;
  struct sigaction before_[std::size(kSignals)] = {};
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_NEW_KEY_FILE_H_
