// What the process of the bootstrap port must be able to read by itself.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_READABLE_FILES_H_
#define FLEETCA_SERVICE_BOOTSTRAP_READABLE_FILES_H_

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/config/token_issuer_config.h"

namespace fleetca::service {

// The files and folders by which libcurl and the C library find an issuer's host and verify its
// certificate. Empty where no key set is fetched: then the process opens no file at all.
std::vector<std::string> FilesToFetchWith(const std::vector<TokenIssuerConfig>& issuers);

// A right to read a file goes with the file and not with its name (Landlock), so what replaces it
// cannot be read. Remembers which files had the names when this was made. Thread-compatible.
class FilesAtStart {
 public:
  explicit FilesAtStart(std::vector<std::string> paths);

  const std::vector<std::string>& paths() const { return paths_; }

  // The first path whose file was replaced, made or removed since the start; "" when there is none.
  std::string FindReplaced() const;

 private:
  const std::vector<std::string> paths_;
  std::vector<std::pair<dev_t, ino_t>> files_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_READABLE_FILES_H_
