#include "service/bootstrap/readable_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {
namespace {

// Host names (nsswitch.conf(5), resolv.conf(5)) and the modules for them, the system's roots, and
// where they are on other systems than Debian. /etc as a whole may have the CA key.
constexpr const char* kPaths[] = {"/etc/resolv.conf",
                                  "/etc/hosts",
                                  "/etc/nsswitch.conf",
                                  "/etc/host.conf",
                                  "/etc/gai.conf",
                                  "/etc/services",
                                  "/etc/protocols",
                                  "/etc/ld.so.cache",
                                  "/etc/ssl/certs",
                                  "/etc/ssl/openssl.cnf",
                                  "/etc/pki/tls/certs",
                                  "/etc/pki/ca-trust/extracted",
                                  "/etc/ca-certificates/extracted",
                                  "/usr/share/ca-certificates",
                                  "/usr/local/share/ca-certificates",
                                  "/usr/lib",
                                  "/usr/lib64",
                                  "/lib",
                                  "/lib64"};
// As child processes get them.
constexpr const char* kVariables[] = {"SSL_CERT_FILE", "SSL_CERT_DIR"};

std::pair<dev_t, ino_t> FileAt(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0 ? std::pair(found.st_dev, found.st_ino)
                                         : std::pair(dev_t{0}, ino_t{0});
}

}  // namespace

std::vector<std::string> FilesToFetchWith(const std::vector<TokenIssuerConfig>& issuers) {
  std::vector<std::string> paths;
  for (const TokenIssuerConfig& issuer : issuers) {
    if (issuer.jwks_url.empty()) {
      continue;
    }
    if (paths.empty()) {
      paths.assign(std::begin(kPaths), std::end(kPaths));
      for (const char* variable : kVariables) {
        const char* const listed = std::getenv(variable);
        // A list in the case of folders (SSL_CTX_load_verify_locations(3)).
        for (const absl::string_view path :
             absl::StrSplit(listed == nullptr ? "" : listed, ':', absl::SkipEmpty())) {
          paths.emplace_back(path);
        }
      }
    }
    if (!issuer.jwks_ca_file.empty() &&
        std::find(paths.begin(), paths.end(), issuer.jwks_ca_file) == paths.end()) {
      paths.push_back(issuer.jwks_ca_file);
    }
  }
  return paths;
}

FilesAtStart::FilesAtStart(std::vector<std::string> paths) : paths_(std::move(paths)) {
  for (const std::string& path : paths_) {
    files_.push_back(FileAt(path));
  }
}

std::string FilesAtStart::FindReplaced() const {
  for (size_t i = 0; i < paths_.size(); ++i) {
    if (FileAt(paths_[i]) != files_[i]) {
      return paths_[i];
    }
  }
  return "";
}

}  // namespace fleetca::service
