#include "x509/tbs.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/time.h"
#include "x509/signature_algorithm.h"
#include "x509/tbs_options.h"

namespace fleetca::x509 {
namespace {

using der::AppendHeader;
using der::ContextConstructed;
using der::ContextPrimitive;
using der::Encode;
using der::HeaderSize;

// [0] { INTEGER 2 }: v3 (RFC 5280 4.1.2.1).
constexpr absl::string_view kVersion3 = oid::Bytes("\xa0\x03\x02\x01\x02");

// Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
std::string EncodeExtension(absl::string_view oid, bool critical, absl::string_view value) {
  std::string fields;
  der::Writer writer(&fields);
  writer.Oid(oid);
  if (critical) {
    writer.Boolean(true);
  }
  writer.Element(der::kOctetString, value);
  return Encode(der::kSequence, fields);
}

// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }
std::string EncodeBasicConstraints(const TbsTemplateOptions& options) {
  std::string fields;
  der::Writer writer(&fields);
  if (options.is_ca) {
    writer.Boolean(true);
    if (options.path_length.has_value()) {
      writer.Integer(static_cast<uint64_t>(*options.path_length));
    }
  }
  return Encode(der::kSequence, fields);
}

// KeyUsage ::= BIT STRING, named bits: bit 0 is the highest of the first octet, and trailing zero
// bits are cut (X.690 11.2.2).
std::string EncodeKeyUsage(uint16_t bits) {
  int last = 15;
  while (last > 0 && (bits >> last & 1) == 0) {
    --last;
  }
  std::string contents(1, static_cast<char>(7 - last % 8));
  for (int octet = 0; octet <= last / 8; ++octet) {
    int value = 0;
    for (int bit = 0; bit < 8; ++bit) {
      value |= (bits >> (8 * octet + bit) & 1) << (7 - bit);
    }
    contents.push_back(static_cast<char>(value));
  }
  return Encode(der::kBitString, contents);
}

// ExtKeyUsageSyntax ::= SEQUENCE OF KeyPurposeId
std::string EncodeExtendedKeyUsage(const std::vector<std::string>& purposes) {
  std::string fields;
  der::Writer writer(&fields);
  for (const std::string& purpose : purposes) {
    writer.Oid(purpose);
  }
  return Encode(der::kSequence, fields);
}

// AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] IMPLICIT OCTET STRING ... }
std::string EncodeAuthorityKeyId(absl::string_view key_id) {
  return Encode(der::kSequence, Encode(ContextPrimitive(0), key_id));
}

// AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE { accessMethod OID, accessLocation [6] URI }
std::string EncodeAuthorityInfoAccess(const TbsTemplateOptions& options) {
  std::string descriptions;
  const auto add = [&descriptions](absl::string_view method, absl::string_view url) {
    if (url.empty()) {
      return;
    }
    std::string fields;
    der::Writer writer(&fields);
    writer.Oid(method);
    writer.Element(ContextPrimitive(6), url);
    der::Writer(&descriptions).Element(der::kSequence, fields);
  };
  add(oid::kOcsp, options.ocsp_url);
  add(oid::kCaIssuers, options.ca_issuers_url);
  return Encode(der::kSequence, descriptions);
}

size_t ElementSize(size_t content_size) { return HeaderSize(content_size) + content_size; }

void Append(absl::string_view bytes, std::string* out) { out->append(bytes.data(), bytes.size()); }

// The cRLDistributionPoints extension. Its URL is another in each certificate, so what stands
// before the URL is put together here, from its end: each header follows what it is the header of.
// CRLDistributionPoints ::= SEQUENCE OF SEQUENCE { [0] { fullName [0] { [6] URI } } }
class CrlDistributionPointsExtension {
 public:
  explicit CrlDistributionPointsExtension(absl::string_view url) : url_(url) {
    if (url.empty()) {
      return;
    }
    size_ = url.size();
    PrependHeader(ContextPrimitive(6), size_);
    PrependHeader(ContextConstructed(0), size_);
    PrependHeader(ContextConstructed(0), size_);
    PrependHeader(der::kSequence, size_);
    PrependHeader(der::kSequence, size_);
    PrependHeader(der::kOctetString, size_);
    Prepend(oid::kCrlDistributionPoints);
    PrependHeader(der::kOid, oid::kCrlDistributionPoints.size());
    PrependHeader(der::kSequence, size_);
  }

  size_t size() const { return size_; }

  void AppendTo(std::string* out) const {
    Append(absl::string_view(before_ + begin_, sizeof(before_) - begin_), out);
    Append(url_, out);
  }

 private:
  // Eight headers of at most 10 octets and the OID's 3.
  static constexpr size_t kMaxBefore = 8 * 10 + 3;

  void Prepend(char octet) {
    before_[--begin_] = octet;
    ++size_;
  }

  void Prepend(absl::string_view octets) {
    for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet) {
      Prepend(*octet);
    }
  }

  void PrependHeader(uint8_t tag, size_t content_size) {
    if (content_size < 0x80) {
      Prepend(static_cast<char>(content_size));
    } else {
      int octets = 0;
      for (size_t rest = content_size; rest != 0; rest >>= 8) {
        Prepend(static_cast<char>(rest & 0xff));
        ++octets;
      }
      Prepend(static_cast<char>(0x80 | octets));
    }
    Prepend(static_cast<char>(tag));
  }

  const absl::string_view url_;
  char before_[kMaxBefore];
  size_t begin_ = kMaxBefore;
  size_t size_ = 0;
};

// The subjectAltName extension, its sizes known before its first octet is written, so that nothing
// is built apart and copied.
class SubjectAltNameExtension {
 public:
  SubjectAltNameExtension(const GeneralNames& names, bool critical)
      : names_(names), critical_(critical) {
    for (const GeneralName& name : names_) {
      names_size_ += ElementSize(name.value.size());
    }
    fields_size_ = ElementSize(oid::kSubjectAltName.size()) + (critical_ ? 3 : 0) +
                   ElementSize(ElementSize(names_size_));
  }

  size_t size() const { return names_.empty() ? 0 : ElementSize(fields_size_); }

  void AppendTo(std::string* out) const {
    if (names_.empty()) {
      return;
    }
    AppendHeader(der::kSequence, fields_size_, out);
    AppendHeader(der::kOid, oid::kSubjectAltName.size(), out);
    Append(oid::kSubjectAltName, out);
    if (critical_) {
      Append("\x01\x01\xff", out);
    }
    AppendHeader(der::kOctetString, ElementSize(names_size_), out);
    AppendHeader(der::kSequence, names_size_, out);
    for (const GeneralName& name : names_) {
      AppendHeader(Tag(name.type), name.value.size(), out);
      Append(name.value, out);
    }
  }

 private:
  // GeneralName ::= CHOICE { rfc822Name [1], dNSName [2], uniformResourceIdentifier [6],
  //   iPAddress [7], ... }
  static uint8_t Tag(NameType type) {
    switch (type) {
      case NameType::kEmail:
        return ContextPrimitive(1);
      case NameType::kDns:
        return ContextPrimitive(2);
      case NameType::kUri:
        return ContextPrimitive(6);
      case NameType::kIp:
        break;
    }
    return ContextPrimitive(7);
  }

  const GeneralNames& names_;
  const bool critical_;
  size_t names_size_ = 0;
  size_t fields_size_ = 0;
};

// An extension of ours, never critical. `id` is its extnID element.
size_t OwnExtensionFieldsSize(absl::string_view id, absl::string_view value) {
  return id.size() + ElementSize(value.size());
}

size_t OwnExtensionSize(absl::string_view id, absl::string_view value) {
  return ElementSize(OwnExtensionFieldsSize(id, value));
}

void AppendOwnExtension(absl::string_view id, absl::string_view value, std::string* out) {
  AppendHeader(der::kSequence, OwnExtensionFieldsSize(id, value), out);
  Append(id, out);
  AppendHeader(der::kOctetString, value.size(), out);
  Append(value, out);
}

// What the SEQUENCE of AppendValidity contains: UTCTime, until 2049, has 13 octets and
// GeneralizedTime has 15.
size_t ValidityContentsSize(const CertSpec& spec) {
  static const absl::Time k2050 = absl::FromUnixSeconds(2'524'608'000);
  return (spec.not_before < k2050 ? 15 : 17) + (spec.not_after < k2050 ? 15 : 17);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TbsTemplate>> TbsTemplate::Create(TbsTemplateOptions options) {
  FLEETCA_RETURN_IF_ERROR(CheckTbsTemplateOptions(options));
  std::string name_constraints;
  if (options.name_constraints.has_value()) {
    FLEETCA_ASSIGN_OR_RETURN(name_constraints,
                             BuildNameConstraints(*options.name_constraints, "name_constraints"));
  }
  return std::unique_ptr<TbsTemplate>(new TbsTemplate(std::move(options), name_constraints));
}

TbsTemplate::TbsTemplate(TbsTemplateOptions options, absl::string_view name_constraints)
    : options_(std::move(options)) {
  algorithm_and_issuer_ =
      absl::StrCat(AlgorithmIdentifier(options_.signature_scheme), options_.issuer);
  extensions_before_key_id_ =
      absl::StrCat(EncodeExtension(oid::kBasicConstraints, true, EncodeBasicConstraints(options_)),
                   EncodeExtension(oid::kKeyUsage, true, EncodeKeyUsage(options_.key_usage)));
  if (!options_.extended_key_usage.empty()) {
    extensions_before_key_id_ += EncodeExtension(
        oid::kExtendedKeyUsage, false, EncodeExtendedKeyUsage(options_.extended_key_usage));
  }
  // The subjectKeyIdentifier up to its 20 octets, which follow.
  const std::string key_id_extension =
      EncodeExtension(oid::kSubjectKeyIdentifier, false,
                      Encode(der::kOctetString, std::string(kKeyIdentifierSize, '\0')));
  extensions_before_key_id_.append(key_id_extension, 0,
                                   key_id_extension.size() - kKeyIdentifierSize);
  extensions_after_key_id_ = EncodeExtension(oid::kAuthorityKeyIdentifier, false,
                                             EncodeAuthorityKeyId(options_.authority_key_id));
  if (!options_.ocsp_url.empty() || !options_.ca_issuers_url.empty()) {
    extensions_after_key_id_ +=
        EncodeExtension(oid::kAuthorityInfoAccess, false, EncodeAuthorityInfoAccess(options_));
  }
  CrlDistributionPointsExtension(options_.crl_url).AppendTo(&crl_extension_);
  if (options_.no_rev_avail) {
    extensions_after_crl_ +=
        EncodeExtension(oid::kNoRevAvail, false, Encode(der::kNull, absl::string_view()));
  }
  if (!name_constraints.empty()) {
    extensions_after_crl_ += EncodeExtension(oid::kNameConstraints, true, name_constraints);
  }
  authz_id_ = Encode(der::kOid, options_.authz_oids.authz);
  provenance_id_ = Encode(der::kOid, options_.authz_oids.provenance);
  if (options_.ocsp_responder) {
    extensions_after_key_id_ +=
        EncodeExtension(oid::kOcspNoCheck, false, Encode(der::kNull, absl::string_view()));
  }
}

std::string TbsTemplate::Build(const CertSpec& spec) const {
  const bool subject_is_empty = spec.subject.size() == 2;
  const SubjectAltNameExtension names(spec.names, subject_is_empty);
  const CrlDistributionPointsExtension own_crl(spec.crl_url);
  const size_t crl_size = spec.crl_url.empty() ? crl_extension_.size() : own_crl.size();

  size_t own_size = 0;
  if (!spec.fleet_authz.empty()) {
    own_size += OwnExtensionSize(authz_id_, spec.fleet_authz);
  }
  if (!spec.provenance.empty()) {
    own_size += OwnExtensionSize(provenance_id_, spec.provenance);
  }
  const size_t extensions_size = extensions_before_key_id_.size() + kKeyIdentifierSize +
                                 extensions_after_key_id_.size() + crl_size +
                                 extensions_after_crl_.size() + names.size() + own_size +
                                 spec.extra_extensions.size();
  const size_t contents_size =
      kVersion3.size() + ElementSize(SerialNumber::kSize) + algorithm_and_issuer_.size() +
      ElementSize(ValidityContentsSize(spec)) + spec.subject.size() +
      spec.subject_public_key_info.size() + ElementSize(ElementSize(extensions_size));

  std::string out;
  out.reserve(ElementSize(contents_size));
  AppendHeader(der::kSequence, contents_size, &out);
  Append(kVersion3, &out);
  AppendHeader(der::kInteger, SerialNumber::kSize, &out);
  Append(spec.serial.bytes(), &out);
  Append(algorithm_and_issuer_, &out);
  AppendValidity(spec.not_before, spec.not_after, &out);
  Append(spec.subject, &out);
  Append(spec.subject_public_key_info, &out);
  AppendHeader(ContextConstructed(3), ElementSize(extensions_size), &out);
  AppendHeader(der::kSequence, extensions_size, &out);
  Append(extensions_before_key_id_, &out);
  AppendKeyIdentifier(spec.key_bits, &out);
  Append(extensions_after_key_id_, &out);
  if (spec.crl_url.empty()) {
    Append(crl_extension_, &out);
  } else {
    own_crl.AppendTo(&out);
  }
  Append(extensions_after_crl_, &out);
  names.AppendTo(&out);
  if (!spec.fleet_authz.empty()) {
    AppendOwnExtension(authz_id_, spec.fleet_authz, &out);
  }
  if (!spec.provenance.empty()) {
    AppendOwnExtension(provenance_id_, spec.provenance, &out);
  }
  Append(spec.extra_extensions, &out);
  return out;
}

}  // namespace fleetca::x509
