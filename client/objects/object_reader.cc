#include "client/objects/object_reader.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "client/objects/file_wrapping.h"
#include "client/objects/pkcs7_certificates.h"
#include "x509/der/der.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";
constexpr absl::string_view kEnd = "-----END ";
constexpr absl::string_view kDashes = "-----";

absl::Status Invalid(absl::string_view message) {
  return InvalidArgument(Reason::kFileInvalid, "", message);
}

absl::Status TooMany() {
  return Invalid(absl::StrCat("there are more than ", kMaxObjects,
                              " objects here, the most that are read at once"));
}

// A BEGIN line, maybe with a byte order mark where files were put after each other.
bool IsBegin(absl::string_view line, absl::string_view* label) {
  absl::ConsumePrefix(&line, kByteOrderMark);
  if (!absl::ConsumePrefix(&line, kBegin)) {
    return false;
  }
  absl::ConsumeSuffix(&line, kDashes);
  *label = line;
  return true;
}

// Moves `text` past the next END line, or to its end.
void SkipBlock(absl::string_view* text) {
  while (!text->empty() && !absl::StartsWith(TakeLine(text), kEnd)) {
  }
}

// openssl puts what it trusts a "TRUSTED CERTIFICATE" for behind the certificate.
absl::string_view FirstElement(absl::string_view der) {
  absl::string_view element;
  return x509::der::Reader(der).ReadElement(x509::der::kSequence, &element) ? element : der;
}

// `block` is the text of one block, from its BEGIN line to its END line.
absl::StatusOr<FoundObject> ReadBlock(absl::string_view label, absl::string_view block) {
  FoundObject object = {.kind = KindOfLabel(label), .der = "", .pem_label = std::string(label)};
  if (object.kind == ObjectKind::kPrivateKey || object.kind == ObjectKind::kOther) {
    return object;
  }
  FLEETCA_ASSIGN_OR_RETURN(object.der, x509::DecodeOnePem(label, block));
  if (label == "TRUSTED CERTIFICATE") {
    object.der = std::string(FirstElement(object.der));
  }
  // Some programs put PKCS#7, and some people a request, into a block of this label.
  if (object.kind == ObjectKind::kCertificate) {
    const ObjectKind seen = KindOfDer(object.der);
    object.kind = seen == ObjectKind::kPkcs7 || seen == ObjectKind::kCsr ? seen : object.kind;
  }
  return object;
}

absl::StatusOr<std::vector<FoundObject>> FindInPem(absl::string_view text) {
  std::vector<FoundObject> objects;
  while (!text.empty()) {
    const absl::string_view from_here = text;
    const absl::string_view line = TakeLine(&text);
    if (absl::StartsWith(line, kEnd)) {
      return Invalid("a PEM END line has no BEGIN line before it; the file is cut off");
    }
    absl::string_view label;
    if (!IsBegin(line, &label)) {
      continue;
    }
    SkipBlock(&text);
    absl::StatusOr<FoundObject> object =
        ReadBlock(label, from_here.substr(0, from_here.size() - text.size()));
    if (!object.ok()) {
      return objects.empty()
                 ? object.status()
                 : Annotate(object.status(), absl::StrCat("the PEM block ", objects.size() + 1));
    }
    objects.push_back(*std::move(object));
    if (objects.size() > kMaxObjects) {
      return TooMany();
    }
  }
  if (objects.empty()) {
    return Invalid("a PEM BEGIN line must stand at the beginning of its line; copy the file again");
  }
  return objects;
}

FoundObject DerObject(absl::string_view element) {
  FoundObject object = {.kind = KindOfDer(element), .der = "", .pem_label = ""};
  if (object.kind != ObjectKind::kPrivateKey && object.kind != ObjectKind::kOther) {
    object.der = std::string(element);
  }
  return object;
}

// Whether it is the beginning of two SEQUENCEs, one in the other, and not all of the outer one. All
// that is signed begins so.
bool IsCutOff(absl::string_view bytes) {
  constexpr size_t kHeader = 4;  // a SEQUENCE whose length has two octets
  const auto octet = [bytes](size_t at) { return static_cast<uint8_t>(bytes[at]); };
  return bytes.size() > kHeader && octet(0) == x509::der::kSequence && octet(1) == 0x82 &&
         octet(kHeader) == x509::der::kSequence &&
         bytes.size() < kHeader + (size_t{octet(2)} << 8 | octet(3));
}

absl::StatusOr<std::vector<FoundObject>> FindInDer(absl::string_view bytes) {
  if (bytes.empty()) {
    return Invalid("there is nothing here: the input is empty");
  }
  // With an indefinite length, what follows cannot be told from it without reading all of it.
  if (absl::StartsWith(bytes, "\x30\x80") && KindOfDer(bytes) != ObjectKind::kOther) {
    return std::vector<FoundObject>{DerObject(bytes)};
  }
  std::vector<FoundObject> objects;
  x509::der::Reader reader(bytes);
  const auto at_end = [&reader, &objects] {
    return reader.empty() ||
           (!objects.empty() && (reader.rest() == "\n" || reader.rest() == "\r\n"));
  };
  while (!at_end()) {
    absl::string_view element;
    if (!reader.ReadElement(x509::der::kSequence, &element)) {
      return Invalid(
          !objects.empty()
              ? "what follows the first DER objects is not DER; the file is damaged or cut off"
          : IsCutOff(bytes)
              ? "it begins as DER and ends before its length says; the file is cut off: fetch it "
                "again"
              : "there is no certificate and nothing else of the kind here, neither PEM nor DER");
    }
    objects.push_back(DerObject(element));
    if (objects.size() > kMaxObjects) {
      return TooMany();
    }
  }
  return objects;
}

// `objects` have no certificate.
absl::Status NoCertificate(const std::vector<FoundObject>& objects) {
  const FoundObject& first = objects.front();
  switch (first.kind) {
    case ObjectKind::kPkcs7:
      return Invalid("it holds PKCS#7 without a certificate");
    case ObjectKind::kPkcs12:
      return Invalid(
          "it is a PKCS#12 file, whose certificates are read with its passphrase: 'fleetca p12 "
          "import' takes them out");
    case ObjectKind::kOther:
      return first.pem_label.empty()
                 ? Invalid("what it holds is DER, but not a certificate")
                 : Invalid(absl::StrCat("it holds a PEM block \"",
                                        absl::CHexEscape(first.pem_label.substr(0, 40)),
                                        "\", not a certificate"));
    default:
      return Invalid(absl::StrCat("it holds ", KindName(first.kind), ", not a certificate"));
  }
}

}  // namespace

absl::StatusOr<std::vector<FoundObject>> FindObjects(absl::string_view contents) {
  if (contents.size() > kMaxObjectsSize) {
    return Invalid(absl::StrCat("it is larger than ", kMaxObjectsSize >> 20,
                                " MiB, the most that is read at once"));
  }
  FLEETCA_RETURN_IF_ERROR(TextOf(contents).status());
  if (const std::string wrapping = WrappingOf(contents); !wrapping.empty()) {
    return Invalid(wrapping);
  }
  return x509::IsPem(contents) ? FindInPem(contents) : FindInDer(contents);
}

absl::StatusOr<std::vector<std::string>> ReadCertificates(absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<FoundObject> objects, FindObjects(contents));
  return CertificatesOf(std::move(objects));
}

absl::StatusOr<std::vector<std::string>> CertificatesOf(std::vector<FoundObject> objects) {
  std::vector<std::string> ders;
  for (FoundObject& object : objects) {
    if (object.kind == ObjectKind::kCertificate) {
      ders.push_back(std::move(object.der));
    } else if (object.kind == ObjectKind::kPkcs7) {
      FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> more, Pkcs7Certificates(object.der));
      ders.insert(ders.end(), more.begin(), more.end());
    }
  }
  if (ders.empty()) {
    return NoCertificate(objects);
  }
  return ders;
}

}  // namespace fleetca::client
