// Who renews what: the certificate that a call shows, and the lines that renewals make.
#ifndef FLEETCA_CLIENT_TESTING_FAKE_LINEAGES_H_
#define FLEETCA_CLIENT_TESTING_FAKE_LINEAGES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/testing/fake_error.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "grpcpp/server_context.h"
#include "x509/requested_name.h"

namespace fleetca::client::testing {

// The certificate that a call shows.
struct ShownCertificate {
  std::string serial;
  std::string spki;
  std::string identity;
  std::vector<x509::RequestedName> names;
};

// Of a call over mutual TLS; nullopt where it shows none.
std::optional<ShownCertificate> ShownBy(const grpc::ServerContext& context);

// Of a renewal with a proof (RenewCertificateRequest.proof), whose signature is not looked at;
// nullopt where it is none.
std::optional<ShownCertificate> ShownByProof(absl::string_view proof);

// A value. Not thread-safe.
class FakeLineages {
 public:
  // Why `request` may not renew what is shown; nullopt where it may.
  std::optional<FakeError> Refusal(const v1::IssueCertificateRequest& request,
                                   const std::optional<ShownCertificate>& shown) const;

  // Notes that the certificate `serial` renews `previous`.
  void Step(const std::string& previous, const std::string& serial);

 private:
  struct Line {
    std::string newest;
    std::string parent;
  };

  // The first certificate of the line of `serial`.
  std::string FirstOf(const std::string& serial) const;

  std::map<std::string, std::string> first_of_;  // of certificates that renewed another
  std::map<std::string, Line> lines_;            // by their first certificate
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_LINEAGES_H_
