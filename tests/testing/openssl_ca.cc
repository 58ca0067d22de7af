#include "tests/testing/openssl_ca.h"

#include <cstdlib>

namespace fleetca::testing {
namespace {

void Check(bool condition) {
  if (!condition) {
    ERR_print_errors_fp(stderr);
    abort();
  }
}

template <typename Write>
std::string ToPem(const Write& write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  Check(bio != nullptr && write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

X509Ptr Read(const OpenSslCertificate& certificate) {
  const unsigned char* next = AsUnsigned(certificate.der);
  X509Ptr read(d2i_X509(nullptr, &next, static_cast<long>(certificate.der.size())));
  Check(read != nullptr);
  return read;
}

}  // namespace

OpenSslCertificate MakeByOpenSsl(const OpenSslRequest& request) {
  OpenSslCertificate made;
  if (request.subject != nullptr) {
    Check(EVP_PKEY_up_ref(request.subject->key.get()) == 1);
    made.key.reset(request.subject->key.get());
  } else {
    made.key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", request.curve.c_str()));
    Check(made.key != nullptr);
  }
  const X509Ptr certificate(X509_new());
  X509* const x509 = certificate.get();
  static long serial = 1000;
  X509_NAME* const name = X509_get_subject_name(x509);
  Check(X509_set_version(x509, request.version - 1) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial) == 1 &&
        X509_set_pubkey(x509, made.key.get()) == 1 &&
        ASN1_TIME_set(X509_getm_notBefore(x509), absl::ToTimeT(request.not_before)) != nullptr &&
        ASN1_TIME_set(X509_getm_notAfter(x509), absl::ToTimeT(request.not_after)) != nullptr);
  if (request.subject != nullptr) {
    Check(X509_set_subject_name(x509, X509_get_subject_name(Read(*request.subject).get())) == 1);
  } else {
    Check(X509_NAME_add_entry_by_txt(
              name, "CN", MBSTRING_UTF8,
              reinterpret_cast<const unsigned char*>(request.common_name.c_str()), -1, -1, 0) == 1);
  }
  const X509Ptr issuer = request.issuer == nullptr ? nullptr : Read(*request.issuer);
  Check(X509_set_issuer_name(x509,
                             X509_get_subject_name(issuer == nullptr ? x509 : issuer.get())) == 1);
  Check(request.version == 3 || request.extensions.empty());
  for (const auto& [extension_name, value] : request.extensions) {
    X509_EXTENSION* const extension =
        X509V3_EXT_conf(nullptr, nullptr, extension_name.c_str(), value.c_str());
    Check(extension != nullptr && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }
  EVP_PKEY* const signing_key =
      request.issuer == nullptr ? made.key.get() : request.issuer->key.get();
  Check(X509_sign(x509, signing_key, EVP_sha256()) > 0);
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509, &der);
  Check(size > 0);
  made.der.assign(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  made.pem = ToPem([&](BIO* bio) { return PEM_write_bio_X509(bio, x509); });
  made.key_pem = ToPem([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, made.key.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr);
  });
  return made;
}

}  // namespace fleetca::testing
