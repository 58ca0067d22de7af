#include "service/net/tls_check.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

using SslCtxPtr = std::unique_ptr<SSL_CTX, OpenSslDeleter<SSL_CTX_free>>;

// RFC 5280 section 4.2.1.12
constexpr absl::string_view kAnyExtendedKeyUsage("\x55\x1d\x25\x00", 4);

absl::Status Refuse(absl::string_view path, absl::string_view problem) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat(path, ": ", problem));
}

absl::StatusOr<std::vector<std::string>> Decode(const TlsFileText& file) {
  absl::StatusOr<std::vector<std::string>> ders =
      x509::DecodePem(x509::kPemCertificate, file.contents);
  if (!ders.ok()) {
    return Refuse(file.path, ders.status().message());
  }
  return ders;
}

absl::Status CheckTime(absl::string_view path, const x509::Certificate& certificate,
                       absl::Time now) {
  if (now >= certificate.not_after) {
    return Refuse(path,
                  absl::StrCat("certificate 1 expired at ", TimeToWords(certificate.not_after),
                               "; give a chain that is valid now"));
  }
  if (now < certificate.not_before) {
    return Refuse(
        path,
        absl::StrCat("certificate 1 is valid from ", TimeToWords(certificate.not_before),
                     " only; set this machine's clock right, or, if it is, give a chain that is "
                     "valid now"));
  }
  return absl::OkStatus();
}

absl::Status CheckPurpose(absl::string_view path, const x509::Certificate& leaf) {
  if (leaf.is_ca) {
    return Refuse(path,
                  "the first certificate is a CA's; put the server's own first and those above it "
                  "after it");
  }
  const auto& purposes = leaf.extended_key_usage;
  const auto serves = [](absl::string_view purpose) {
    return purpose == x509::oid::kServerAuth || purpose == kAnyExtendedKeyUsage;
  };
  if (!purposes.empty() && std::none_of(purposes.begin(), purposes.end(), serves)) {
    return Refuse(path,
                  "the server's certificate is not for server authentication, so every client "
                  "refuses it; ask for one by a profile with server authentication");
  }
  const auto names_host = [](const x509::GeneralName& name) {
    return name.type == x509::NameType::kDns || name.type == x509::NameType::kIp;
  };
  if (std::none_of(leaf.names.begin(), leaf.names.end(), names_host)) {
    return Refuse(path,
                  "the server's certificate has no DNS name and no IP address, so every client "
                  "refuses it; ask for one with the names by which clients reach this server");
  }
  return absl::OkStatus();
}

// The certificates of the file, of which the server's own is judged by itself.
absl::StatusOr<std::vector<std::string>> CheckOwn(const TlsFileText& file, absl::Time now) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, Decode(file));
  const absl::StatusOr<x509::Certificate> own = x509::ParseCertificate(ders.front());
  if (!own.ok()) {
    return Refuse(file.path, absl::StrCat("certificate 1: ", own.status().message()));
  }
  FLEETCA_RETURN_IF_ERROR(CheckTime(file.path, *own, now));
  FLEETCA_RETURN_IF_ERROR(CheckPurpose(file.path, *own));
  return ders;
}

X509Ptr ToOpenSsl(absl::string_view der) {
  const unsigned char* next = AsUnsigned(der);
  return X509Ptr(d2i_X509(nullptr, &next, static_cast<long>(der.size())));
}

// The last word is of the library that will serve by it.
absl::Status TryInOpenSsl(const TlsFileText& file, const std::vector<std::string>& ders,
                          EVP_PKEY* key) {
  const SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  bool taken = context != nullptr;
  for (size_t i = 0; taken && i < ders.size(); ++i) {
    const X509Ptr certificate = ToOpenSsl(ders[i]);
    taken = certificate != nullptr &&
            (i == 0 ? SSL_CTX_use_certificate(context.get(), certificate.get())
                    : SSL_CTX_add1_chain_cert(context.get(), certificate.get())) == 1;
  }
  taken = taken && SSL_CTX_use_PrivateKey(context.get(), key) == 1 &&
          SSL_CTX_check_private_key(context.get()) == 1;
  const std::string errors = DrainOpenSslErrors();
  return taken ? absl::OkStatus()
               : Refuse(file.path,
                        absl::StrCat("OpenSSL refuses to serve by it; make a new certificate, of a "
                                     "P-256 key or an RSA key of 2048 bits or more (",
                                     errors, ")"));
}

}  // namespace

absl::StatusOr<CheckedPair> CheckServerIdentity(const TlsFileText& certificate,
                                                const TlsFileText& key, absl::Time now,
                                                const ServerTrust* trust) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, CheckOwn(certificate, now));
  const absl::StatusOr<EvpPkeyPtr> private_key = DecodePrivateKey(key.contents, SecretBytes());
  if (!private_key.ok()) {
    return Annotate(private_key.status(), key.path);
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string public_key, EncodePublicKey(private_key->get()));
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate leaf, x509::ParseCertificate(ders.front()));
  if (leaf.public_key.spki != public_key) {
    return Refuse(key.path, absl::StrCat("it is not the key of ", certificate.path,
                                         "; give the two files that were made together"));
  }
  absl::StatusOr<ServerChain> chain = CheckServerChain(ders, now, trust);
  if (!chain.ok()) {
    return Annotate(chain.status(), certificate.path);
  }
  FLEETCA_RETURN_IF_ERROR(TryInOpenSsl(certificate, chain->shown, private_key->get()));
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes key_pem, EncodePrivateKey(private_key->get()));
  std::string chain_pem;
  for (const std::string& der : chain->shown) {
    absl::StrAppend(&chain_pem, x509::EncodePem(x509::kPemCertificate, der));
  }
  // Room for all of it, so that no part of the key stays behind in a buffer that was too small.
  std::string pem;
  pem.reserve(key_pem.size() + chain_pem.size());
  pem.append(key_pem.view().data(), key_pem.size());
  pem.append(chain_pem);
  CheckedPair identity{SecretBytes(pem), std::move(chain_pem), *std::move(chain)};
  WipeString(pem);
  return identity;
}

absl::StatusOr<ClientRoots> CheckClientRoots(const TlsFileText& roots) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, Decode(roots));
  ClientRoots checked;
  for (size_t i = 0; i < ders.size(); ++i) {
    const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(ders[i]);
    std::string problem;
    if (!certificate.ok()) {
      problem = std::string(certificate.status().message());
    } else if (!certificate->is_ca) {
      problem = "it is not a CA certificate";
    } else if (ToOpenSsl(ders[i]) == nullptr) {
      problem = absl::StrCat("OpenSSL cannot read it: ", DrainOpenSslErrors());
    }
    if (problem.empty()) {
      absl::StrAppend(&checked.pem, x509::EncodePem(x509::kPemCertificate, ders[i]));
      checked.ders.push_back(ders[i]);
    } else {
      checked.left_out.push_back(absl::StrCat("certificate ", i + 1, ": ", problem));
    }
  }
  if (checked.pem.empty()) {
    return Refuse(roots.path, absl::StrCat("it has no CA certificate that clients could chain to; ",
                                           checked.left_out.front()));
  }
  return checked;
}

}  // namespace fleetca::service
