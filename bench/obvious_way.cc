#include "bench/obvious_way.h"

#include <memory>

#include "bench/check.h"
#include "tests/testing/test_key.h"

namespace fleetca::bench {
namespace {

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpenSslDeleter<X509_EXTENSION_free>>;

constexpr long kDaySeconds = 24 * 60 * 60;

void FreeExtensions(STACK_OF(X509_EXTENSION) * extensions) {
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

void SetSerialAndValidity(X509* certificate) {
  const BignumPtr serial(BN_new());
  Check(BN_rand(serial.get(), 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
            BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr,
        "a serial number");
  Check(X509_gmtime_adj(X509_getm_notBefore(certificate), -300) != nullptr &&
            X509_gmtime_adj(X509_getm_notAfter(certificate), kDaySeconds) != nullptr,
        "X509_gmtime_adj");
}

void AddExtension(X509V3_CTX* context, X509* certificate, int nid, const char* value) {
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, context, nid, value));
  Check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

void AddCommonName(X509_NAME* name, const char* common_name) {
  Check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(common_name), -1, -1,
                                   0) == 1,
        "X509_NAME_add_entry_by_txt");
}

}  // namespace

ObviousWay::ObviousWay(KeyType issuer)
    : key_(testing::NewTestKey(issuer)),
      digest_(testing::HashOf(testing::DefaultScheme(issuer))),
      ca_(X509_new()) {
  Check(X509_set_version(ca_.get(), X509_VERSION_3) == 1, "X509_set_version");
  AddCommonName(X509_get_subject_name(ca_.get()), "issuing CA");
  Check(X509_set_issuer_name(ca_.get(), X509_get_subject_name(ca_.get())) == 1 &&
            X509_set_pubkey(ca_.get(), key_.get()) == 1,
        "X509_set_pubkey");
  SetSerialAndValidity(ca_.get());
  X509V3_CTX context;
  X509V3_set_ctx(&context, ca_.get(), ca_.get(), nullptr, nullptr, 0);
  AddExtension(&context, ca_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(&context, ca_.get(), NID_subject_key_identifier, "hash");
  Check(X509_sign(ca_.get(), key_.get(), digest_) > 0, "X509_sign");
}

X509ReqPtr ObviousWay::ParseRequest(absl::string_view der) const {
  const unsigned char* cursor = AsUnsigned(der);
  X509ReqPtr request(d2i_X509_REQ(nullptr, &cursor, static_cast<long>(der.size())));
  Check(request != nullptr && X509_REQ_get0_pubkey(request.get()) != nullptr, "d2i_X509_REQ");
  STACK_OF(X509_EXTENSION)* const extensions = X509_REQ_get_extensions(request.get());
  Check(extensions != nullptr, "X509_REQ_get_extensions");
  FreeExtensions(extensions);
  return request;
}

void ObviousWay::VerifyRequest(X509_REQ* request) const {
  Check(X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) == 1, "X509_REQ_verify");
}

X509Ptr ObviousWay::BuildCertificate(X509_REQ* request) const {
  X509Ptr certificate(X509_new());
  X509* const raw = certificate.get();
  Check(X509_set_version(raw, X509_VERSION_3) == 1 &&
            X509_set_issuer_name(raw, X509_get_subject_name(ca_.get())) == 1 &&
            X509_set_pubkey(raw, X509_REQ_get0_pubkey(request)) == 1,
        "X509_set_pubkey");
  SetSerialAndValidity(raw);
  X509V3_CTX context;
  X509V3_set_ctx(&context, ca_.get(), raw, request, nullptr, 0);
  AddExtension(&context, raw, NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(&context, raw, NID_key_usage, "critical,digitalSignature");
  AddExtension(&context, raw, NID_ext_key_usage, "serverAuth,clientAuth");
  AddExtension(&context, raw, NID_subject_key_identifier, "hash");
  AddExtension(&context, raw, NID_authority_key_identifier, "keyid:always");
  AddExtension(&context, raw, NID_subject_alt_name, "critical,URI:spiffe://fleet.test/svc/web-1");
  return certificate;
}

std::string ObviousWay::Sign(X509* certificate) const {
  Check(X509_sign(certificate, key_.get(), digest_) > 0, "X509_sign");
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  Check(size > 0, "i2d_X509");
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

std::string ObviousWay::Issue(absl::string_view der) const {
  const X509ReqPtr request = ParseRequest(der);
  VerifyRequest(request.get());
  return Sign(BuildCertificate(request.get()).get());
}

}  // namespace fleetca::bench
