#include "client/issued.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "x509/certificate.h"
#include "x509/der/der.h"

namespace fleetca::client {
namespace {

// How far the clocks of the CA and this machine may be apart.
constexpr absl::Duration kClockTolerance = absl::Minutes(5);

constexpr absl::string_view kNotRight = "the CA's answer cannot be right and is not used: ";
constexpr absl::string_view kIdentityField = "identity";

absl::StatusOr<x509::Certificate> ParseOfAnswer(absl::string_view der, absl::string_view what) {
  absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(der);
  if (!certificate.ok()) {
    return AnswerInvalid(absl::StrCat(what, ": ", certificate.status().message()));
  }
  return certificate;
}

absl::Status VerifyLink(const x509::Certificate& certificate, const x509::Certificate& issuer,
                        absl::string_view what) {
  const absl::Status signed_by = x509::VerifySignedBy(certificate, issuer);
  if (!signed_by.ok()) {
    return AnswerInvalid(absl::StrCat(what, ": ", signed_by.message()));
  }
  if (!issuer.is_ca) {
    return AnswerInvalid(absl::StrCat(what, ": the issuer's certificate is not a CA's"));
  }
  return absl::OkStatus();
}

// Whether a root signed `top`; nullopt when no root has the name of its issuer.
absl::StatusOr<bool> VerifyTop(const x509::Certificate& top,
                               absl::Span<const std::string> roots_der) {
  bool name_found = false;
  for (const std::string& root_der : roots_der) {
    const absl::StatusOr<x509::Certificate> root = x509::ParseCertificate(root_der);
    if (!root.ok() || root->subject != top.issuer) {
      continue;  // a bundle may hold roots of others, with keys that we do not know
    }
    name_found = true;
    if (x509::VerifySignedBy(top, *root).ok()) {
      return true;
    }
  }
  if (name_found) {
    return AnswerInvalid("the root of the chain's name did not sign it");
  }
  return false;
}

absl::Status VerifyChain(const x509::Certificate& leaf, const std::vector<std::string>& chain_der,
                         absl::Span<const std::string> roots_der) {
  x509::Certificate below = leaf;
  for (const std::string& der : chain_der) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate issuer, ParseOfAnswer(der, "the chain"));
    FLEETCA_RETURN_IF_ERROR(VerifyLink(below, issuer, "the chain"));
    below = issuer;
  }
  FLEETCA_ASSIGN_OR_RETURN(const bool rooted, VerifyTop(below, roots_der));
  if (!rooted && chain_der.empty()) {
    return AnswerInvalid("it has no chain, and none of the roots signed the certificate");
  }
  return absl::OkStatus();
}

// What a wrong clock would explain.
std::string Dates(absl::Time not_before, absl::Time not_after, absl::Time now) {
  return absl::StrCat(": it is valid from ", TimeToWords(not_before), " until ",
                      TimeToWords(not_after), ", and this machine's clock says ", TimeToWords(now),
                      "; is the clock right, here and at the CA?");
}

}  // namespace

absl::Status AnswerInvalid(absl::string_view what) {
  return DataLoss(Reason::kAnswerInvalid, absl::StrCat(kNotRight, what));
}

absl::Status AnswerForAnother(absl::string_view what) {
  return DataLoss(Reason::kAnswerInvalid, kIdentityField, absl::StrCat(kNotRight, what));
}

bool IsForAnother(const absl::Status& status) {
  return GetReason(status) == Reason::kAnswerInvalid && GetField(status) == kIdentityField;
}

absl::Time TimeFromProto(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

absl::StatusOr<Issued> IssuedFromProto(const v1::IssuedCertificate& certificate,
                                       const std::vector<std::string>& chain_der) {
  Issued issued;
  issued.certificate_der = certificate.certificate_der();
  issued.chain_der = chain_der;
  issued.not_before = TimeFromProto(certificate.not_before());
  issued.not_after = TimeFromProto(certificate.not_after());
  issued.renew_after = TimeFromProto(certificate.renew_after());
  issued.replayed = certificate.replayed();
  if (certificate.has_decision()) {
    issued.decision = DecisionFromProto(certificate.decision());
  }
  if (!certificate.serial_number().empty()) {
    absl::StatusOr<x509::SerialNumber> serial =
        x509::SerialNumber::FromBytes(certificate.serial_number());
    if (!serial.ok()) {
      return AnswerInvalid(serial.status().message());
    }
    issued.serial = *serial;
  }
  return issued;
}

absl::Status VerifyIssued(const Issued& issued, absl::Span<const std::string> roots_der) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                           ParseOfAnswer(issued.certificate_der, "the certificate"));
  if (certificate.serial != issued.serial.bytes()) {
    return AnswerInvalid("the certificate has another serial number than the answer says");
  }
  if (certificate.not_before != issued.not_before || certificate.not_after != issued.not_after) {
    return AnswerInvalid("the certificate has another validity than the answer says");
  }
  return VerifyChain(certificate, issued.chain_der, roots_der);
}

absl::Status VerifyAnswer(const Issued& issued, absl::string_view spki, absl::Time now,
                          absl::Span<const std::string> roots_der) {
  FLEETCA_RETURN_IF_ERROR(VerifyIssued(issued, roots_der));
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                           ParseOfAnswer(issued.certificate_der, "the certificate"));
  if (certificate.public_key.spki != spki) {
    return AnswerInvalid("the certificate is not for the key that was asked for");
  }
  if (certificate.not_before > now + kClockTolerance) {
    return AnswerInvalid(absl::StrCat("the certificate is not valid yet",
                                      Dates(certificate.not_before, certificate.not_after, now)));
  }
  if (certificate.not_after > now - kClockTolerance) {
    return absl::OkStatus();
  }
  if (issued.replayed) {
    return FailedPrecondition(Reason::kRequestIdExpired,
                              "this request id was answered before, with a certificate that has "
                              "expired since: ask again with a new id");
  }
  return AnswerInvalid(absl::StrCat("the certificate has expired",
                                    Dates(certificate.not_before, certificate.not_after, now)));
}

absl::StatusOr<absl::string_view> CsrPublicKey(absl::string_view csr_der) {
  x509::der::Reader file(csr_der), request, info;
  absl::string_view version, subject, spki;
  if (!file.ReadNested(x509::der::kSequence, &request) ||
      !request.ReadNested(x509::der::kSequence, &info) || !info.ReadInteger(&version) ||
      !info.ReadElement(x509::der::kSequence, &subject) ||
      !info.ReadElement(x509::der::kSequence, &spki)) {
    return InvalidArgument(Reason::kCsrMalformed, "csr",
                           "this is not a certification request (PKCS#10) in DER");
  }
  return spki;
}

}  // namespace fleetca::client
