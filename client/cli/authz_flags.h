// The flags by which `authz check` and `authz serve` say who is listened to and what is asked.
#ifndef FLEETCA_CLIENT_CLI_AUTHZ_FLAGS_H_
#define FLEETCA_CLIENT_CLI_AUTHZ_FLAGS_H_

#include <cstdint>
#include <string>

#include "CLI/App.hpp"
#include "client/authz/http/http_authorizer_files.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::client {

struct AuthzFlags {
  HttpAuthorizerFiles files;
  std::string arc = std::string(x509::kDefaultFleetArcText);
};

// Adds --roots, --trust-domain, --intermediates, --audience, --routes, --minimum-policy-revision
// and --arc. *flags must outlive the parsing.
void AddAuthzFlags(CLI::App& command, AuthzFlags* flags);

// The files with the OIDs of the arc, which the flag has checked.
HttpAuthorizerFiles FilesOf(const AuthzFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_AUTHZ_FLAGS_H_
