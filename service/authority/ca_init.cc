#include "service/authority/ca_init.h"

#include <arpa/inet.h>

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "service/authority/new_ca.h"
#include "service/authority/root_crl.h"
#include "service/authority/staging_folder.h"
#include "service/policy/policy_profile.h"
#include "service/revocation/revocation_pointers.h"
#include "store/rocksdb/outside_head.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/pem.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_file.h"
#include "x509/san.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

constexpr mode_t kPublic = 0644;
constexpr mode_t kPrivate = 0600;
constexpr absl::Duration kMinLifetime = absl::Hours(1);
constexpr absl::Duration kMaxLifetime = absl::Hours(24 * 36500);

// The octets of an address; empty when the text is none.
std::string ParseAddress(const std::string& text) {
  std::string octets(16, '\0');
  if (inet_pton(AF_INET6, text.c_str(), octets.data()) == 1) {
    return octets;
  }
  octets.resize(4);
  return inet_pton(AF_INET, text.c_str(), octets.data()) == 1 ? octets : "";
}

void AddOnce(std::string value, std::vector<std::string>* values) {
  if (!absl::c_linear_search(*values, value)) {
    values->push_back(std::move(value));
  }
}

// The server's names. They own their text, which general names only alias.
class ServerNames {
 public:
  explicit ServerNames(const CaInitOptions& options)
      : spiffe_id_(x509::ServerIdentity(options.trust_domain)), dns_(ServerDnsNames(options)) {
    for (const std::string& address : ServerAddresses(options)) {
      ip_.push_back(ParseAddress(address));
    }
  }

  x509::GeneralNames names() const {
    x509::GeneralNames names = {{x509::NameType::kUri, spiffe_id_}};
    for (const std::string& name : dns_) {
      names.push_back({x509::NameType::kDns, name});
    }
    for (const std::string& octets : ip_) {
      names.push_back({x509::NameType::kIp, octets});
    }
    return names;
  }

 private:
  std::string spiffe_id_;
  std::vector<std::string> dns_;
  std::vector<std::string> ip_;
};

absl::Status CheckLifetime(absl::string_view field, absl::Duration lifetime) {
  if (lifetime < kMinLifetime || lifetime > kMaxLifetime) {
    return InvalidArgument(
        Reason::kLifetimeInvalid, field,
        absl::StrCat(field, " is ", absl::FormatDuration(lifetime), "; give 1 hour to 36500 days"));
  }
  return absl::OkStatus();
}

absl::Status CheckFolder(const std::string& folder) {
  const std::string name = std::filesystem::path(folder).filename().string();
  if (name.empty() || name == "." || name == "..") {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("\"", folder, "\" is not the name of a new folder; name one, such as ca"));
  }
  std::error_code error;
  const auto status = std::filesystem::symlink_status(folder, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return absl::OkStatus();
  }
  if (status.type() != std::filesystem::file_type::directory ||
      !std::filesystem::is_empty(folder, error) || error) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(folder,
                     " is there already and is not an empty folder; nothing is overwritten, "
                     "so name a new one or move it away"));
  }
  return absl::OkStatus();
}

std::string ToPem(absl::string_view der) { return x509::EncodePem(x509::kPemCertificate, der); }

// What the summary says of a certificate, read from the certificate itself.
absl::StatusOr<MadeCertificate> Describe(const std::string& folder, absl::string_view role,
                                         absl::string_view stem, absl::string_view der,
                                         bool encrypted) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(der));
  MadeCertificate made;
  made.role = std::string(role);
  made.subject = certificate.SpiffeId().empty() ? x509::NameToText(certificate.subject)
                                                : std::string(certificate.SpiffeId());
  made.serial = absl::BytesToHexString(certificate.serial);
  made.not_after = certificate.not_after;
  made.file = absl::StrCat(folder, "/", stem, ".crt");
  made.key_file = absl::StrCat(folder, "/", stem, ".key");
  made.passphrase_file = encrypted ? absl::StrCat(folder, "/", stem, ".passphrase") : "";
  return made;
}

absl::Status WriteNewCa(const StagingFolder& staging, const std::string& stem,
                        const NewCa& authority) {
  FLEETCA_RETURN_IF_ERROR(staging.Write(stem + ".crt", ToPem(authority.certificate()), kPublic));
  FLEETCA_RETURN_IF_ERROR(staging.Write(stem + ".key", authority.private_key(), kPrivate));
  return staging.Write(stem + ".passphrase", authority.passphrase().view(), kPrivate);
}

absl::Status WriteLeaf(const StagingFolder& staging, const std::string& stem, const NewLeaf& leaf,
                       const NewCa& issuer) {
  FLEETCA_RETURN_IF_ERROR(
      staging.Write(stem + ".crt", ToPem(leaf.certificate) + ToPem(issuer.certificate()), kPublic));
  return staging.Write(stem + ".key", leaf.private_key.view(), kPrivate);
}

// The four certificates with their keys, and the root's CRL.
struct TwoCas {
  std::unique_ptr<NewCa> root;
  std::unique_ptr<NewCa> issuing;
  NewLeaf server;
  NewLeaf admin;
  std::string root_crl;  // DER
};

absl::StatusOr<TwoCas> MakeCa(const CaInitOptions& options, const std::string& admin_spiffe_id,
                              absl::Time now) {
  TwoCas ca;
  NewCaOptions authority;
  authority.key_type = options.key_type;
  authority.organization = options.trust_domain;
  authority.title = "fleetca root";
  authority.lifetime = options.root_lifetime;
  FLEETCA_ASSIGN_OR_RETURN(ca.root, NewCa::CreateRoot(authority, now));
  FLEETCA_ASSIGN_OR_RETURN(ca.root_crl, ca.root->SignEmptyCrl(kRootCrlLifetime, now));
  authority.title = "fleetca issuing";
  authority.lifetime = options.issuing_lifetime;
  authority.path_length = options.path_length;
  if (!options.base_url.empty()) {
    authority.crl_url = RevocationPointers{.base_url = options.base_url}.RootCrlUrl();
  }
  FLEETCA_ASSIGN_OR_RETURN(ca.issuing, ca.root->CreateBelow(authority, now));

  const ServerNames server_names(options);
  LeafOptions leaf;
  leaf.names = server_names.names();
  leaf.extended_key_usage = {std::string(x509::oid::kServerAuth)};
  leaf.lifetime = kServerCertificateLifetime;
  FLEETCA_ASSIGN_OR_RETURN(ca.server, ca.issuing->IssueLeaf(leaf, now));
  leaf.names = {{x509::NameType::kUri, admin_spiffe_id}};
  leaf.extended_key_usage = {std::string(x509::oid::kClientAuth)};
  leaf.lifetime = kAdminCertificateLifetime;
  FLEETCA_ASSIGN_OR_RETURN(ca.admin, ca.issuing->IssueLeaf(leaf, now));
  return ca;
}

absl::Status WriteCa(const StagingFolder& staging, const CaInitOptions& options, const TwoCas& ca) {
  FLEETCA_RETURN_IF_ERROR(WriteNewCa(staging, "root-ca", *ca.root));
  FLEETCA_RETURN_IF_ERROR(staging.Write("root-ca.crl", x509::EncodeCrlPem(ca.root_crl), kPublic));
  FLEETCA_RETURN_IF_ERROR(WriteNewCa(staging, "issuing-ca", *ca.issuing));
  FLEETCA_RETURN_IF_ERROR(WriteLeaf(staging, "server", ca.server, *ca.issuing));
  FLEETCA_RETURN_IF_ERROR(WriteLeaf(staging, "admin", ca.admin, *ca.issuing));
  FLEETCA_RETURN_IF_ERROR(
      staging.Write("trust-bundle.pem", ToPem(ca.root->certificate()), kPublic));
  FLEETCA_RETURN_IF_ERROR(staging.Write("policy.textproto", InitialPolicy(options), kPublic));
  // So that the first start may make the store, and no later one.
  FLEETCA_ASSIGN_OR_RETURN(const std::string head, store::OutsideHead::ContentsForNewStore());
  FLEETCA_RETURN_IF_ERROR(staging.Write("store.head", head, kPrivate));
  return staging.Write("fleetca.textproto", InitialConfig(options), kPublic);
}

std::string AdminIdentity(absl::string_view trust_domain) {
  return absl::StrCat("spiffe://", trust_domain, "/operator/admin");
}

}  // namespace

std::vector<std::string> ServerDnsNames(const CaInitOptions& options) {
  std::vector<std::string> names = {"localhost"};
  for (const std::string& name : options.dns_names) {
    AddOnce(name, &names);
  }
  return names;
}

std::vector<std::string> ServerAddresses(const CaInitOptions& options) {
  std::vector<std::string> addresses = {"127.0.0.1", "::1"};
  for (const std::string& address : options.ip_addresses) {
    const std::string octets = ParseAddress(address);
    char text[INET6_ADDRSTRLEN] = "";
    if (inet_ntop(octets.size() == 4 ? AF_INET : AF_INET6, octets.data(), text, sizeof(text)) !=
        nullptr) {
      AddOnce(text, &addresses);
    }
  }
  return addresses;
}

absl::StatusOr<std::string> AddressOctets(const std::string& text) {
  std::string octets = ParseAddress(text);
  if (octets.empty()) {
    return InvalidArgument(Reason::kSanInvalid, "ip",
                           absl::StrCat("\"", text, "\" is not an IP address; give one such ",
                                        "as 10.0.0.1 or fd00::1"));
  }
  return octets;
}

absl::Status CheckCaInitOptions(const CaInitOptions& options) {
  const std::string id = AdminIdentity(options.trust_domain);
  if (!x509::CheckSpiffeId(id, "").ok() || x509::SpiffeTrustDomain(id) != options.trust_domain) {
    return InvalidArgument(
        Reason::kConfigInvalid, "trust_domain",
        absl::StrCat(
            "\"", options.trust_domain,
            "\" is not a trust domain of 1 to 255 lower-case letters, digits, \".\", \"-\" "
            "and \"_\"; give one such as fleet.example"));
  }
  for (const std::string& name : options.dns_names) {
    FLEETCA_RETURN_IF_ERROR(x509::CheckName({x509::NameType::kDns, name}, "dns"));
  }
  for (const std::string& address : options.ip_addresses) {
    FLEETCA_RETURN_IF_ERROR(AddressOctets(address).status());
  }
  if (options.path_length < 0 || options.path_length > kMaxPathLength) {
    return InvalidArgument(
        Reason::kConfigInvalid, "path_length",
        absl::StrCat("path_length is ", options.path_length, "; give 0 to ", kMaxPathLength));
  }
  if (options.http.empty() != options.base_url.empty()) {
    const bool has_port = !options.http.empty();
    return InvalidArgument(
        Reason::kConfigInvalid, has_port ? "base_url" : "http",
        has_port ? "The HTTP port has no base_url; say where the fleet reaches it, as in "
                   "http://pki.fleet.example, because certificates name it"
                 : "The base_url has no HTTP port behind it; say at which address the server is to "
                   "listen for it, as in 0.0.0.0:8080");
  }
  FLEETCA_RETURN_IF_ERROR(CheckLifetime("root_lifetime", options.root_lifetime));
  FLEETCA_RETURN_IF_ERROR(CheckLifetime("issuing_lifetime", options.issuing_lifetime));
  if (options.issuing_lifetime > options.root_lifetime) {
    return InvalidArgument(Reason::kLifetimeInvalid, "issuing_lifetime",
                           "issuing_lifetime is longer than root_lifetime, and no certificate "
                           "outlives what signed it; give a shorter one");
  }
  return absl::OkStatus();
}

absl::StatusOr<CaInitSummary> InitCa(const CaInitOptions& options, const Clock& clock) {
  FLEETCA_RETURN_IF_ERROR(CheckCaInitOptions(options));
  CaInitSummary summary;
  absl::string_view folder = options.folder;
  while (folder.size() > 1 && absl::ConsumeSuffix(&folder, "/")) {
  }
  summary.folder = std::string(folder);
  FLEETCA_RETURN_IF_ERROR(CheckFolder(summary.folder));
  summary.config_file = absl::StrCat(folder, "/fleetca.textproto");
  summary.policy_file = absl::StrCat(folder, "/policy.textproto");
  summary.trust_bundle_file = absl::StrCat(folder, "/trust-bundle.pem");
  summary.root_crl_file = absl::StrCat(folder, "/root-ca.crl");
  summary.admin_spiffe_id = AdminIdentity(options.trust_domain);

  // Before the keys, which take their time, so that a folder that cannot be made is said at once;
  // made anew after them, so that an interruption meanwhile leaves nothing behind.
  FLEETCA_RETURN_IF_ERROR(StagingFolder::Create(summary.folder).status());
  FLEETCA_ASSIGN_OR_RETURN(const TwoCas ca, MakeCa(options, summary.admin_spiffe_id, clock.Now()));
  const auto describe = [&summary](absl::string_view role, absl::string_view stem,
                                   absl::string_view der, bool encrypted) -> absl::Status {
    FLEETCA_ASSIGN_OR_RETURN(MadeCertificate made,
                             Describe(summary.folder, role, stem, der, encrypted));
    summary.certificates.push_back(std::move(made));
    return absl::OkStatus();
  };
  FLEETCA_RETURN_IF_ERROR(describe("root", "root-ca", ca.root->certificate(), true));
  FLEETCA_RETURN_IF_ERROR(describe("issuing", "issuing-ca", ca.issuing->certificate(), true));
  FLEETCA_RETURN_IF_ERROR(describe("server", "server", ca.server.certificate, false));
  FLEETCA_RETURN_IF_ERROR(describe("admin", "admin", ca.admin.certificate, false));

  FLEETCA_ASSIGN_OR_RETURN(const x509::Crl crl, x509::ParseCrl(ca.root_crl));
  summary.root_crl_next_update = crl.next_update;

  FLEETCA_ASSIGN_OR_RETURN(const auto staging, StagingFolder::Create(summary.folder));
  FLEETCA_RETURN_IF_ERROR(WriteCa(*staging, options, ca));
  FLEETCA_RETURN_IF_ERROR(staging->Finish());
  return summary;
}

}  // namespace fleetca::service
