#include "client/verdict/system_roots.h"

#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

// Debian, Fedora, openSUSE, Alpine and the BSDs.
constexpr const char* kPlaces[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

}  // namespace

absl::StatusOr<SystemRoots> LoadSystemRoots() {
  for (const char* const path : kPlaces) {
    const absl::StatusOr<std::string> contents = ReadFile(path);
    if (GetReason(contents.status()) == Reason::kFileMissing) {
      continue;
    }
    FLEETCA_RETURN_IF_ERROR(contents.status());
    absl::StatusOr<std::vector<std::string>> ders =
        x509::DecodePem(x509::kPemCertificate, *contents);
    if (!ders.ok()) {
      return Annotate(ders.status(), path);
    }
    SystemRoots found{.path = path};
    found.roots.AddAll(*std::move(ders), path);
    return found;
  }
  return FailedPrecondition(Reason::kFileMissing,
                            "This system keeps no list of trusted roots where this program looks; "
                            "install the package ca-certificates, or say which roots to trust");
}

}  // namespace fleetca::client
