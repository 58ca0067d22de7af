#include "x509/authz/provenance.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/authz/authz_token.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

constexpr uint64_t kVersion = 1;
constexpr uint8_t kEnumerated = 0x0a;
constexpr uint8_t kRequestIdTag = der::ContextPrimitive(0);
constexpr uint8_t kGenerationTag = der::ContextPrimitive(1);
constexpr uint8_t kLastAttestation = static_cast<uint8_t>(Attestation::kOwn);

absl::Status Bad(absl::string_view field, absl::string_view problem) {
  return InvalidArgument(Reason::kAuthzInvalid, field,
                         absl::StrCat("The provenance is invalid: ", field, " ", problem));
}

absl::Status BadProfile() {
  return Bad("provenance.profile",
             "is not 1 to 64 of a-z, 0-9, \".\", \"_\", \"/\" and \"-\", beginning with a letter "
             "or a digit");
}

absl::Status BadAttestation() {
  return Bad("provenance.attestation", "is not mtls (0), joinToken (1), jwt (2) or own (3)");
}

absl::Status BadRequestId() {
  return Bad("provenance.request_id", "does not have 16 to 64 octets");
}

absl::Status BadGeneration() {
  return Bad("provenance.generation", "is not an INTEGER from 0 to 2^31-1");
}

absl::Status ReadRequestId(der::Reader* fields, Provenance* provenance) {
  if (fields->PeekTag() != kRequestIdTag) {
    return absl::OkStatus();
  }
  absl::string_view request_id;
  if (!fields->Read(kRequestIdTag, &request_id) || request_id.size() < kMinProvenanceRequestId ||
      request_id.size() > kMaxProvenanceRequestId) {
    return BadRequestId();
  }
  provenance->request_id = std::string(request_id);
  return absl::OkStatus();
}

absl::Status ReadGeneration(der::Reader* fields, Provenance* provenance) {
  if (fields->PeekTag() != kGenerationTag) {
    return absl::OkStatus();
  }
  absl::string_view contents;
  if (!fields->Read(kGenerationTag, &contents)) {
    return BadGeneration();
  }
  // The reader knows how an INTEGER is written, so the tag that IMPLICIT took away is put back.
  const std::string integer = der::Encode(der::kInteger, contents);
  der::Reader reader(integer);
  uint64_t generation;
  if (!reader.ReadUint63(&generation) || generation > kMaxGeneration) {
    return BadGeneration();
  }
  provenance->generation = static_cast<uint32_t>(generation);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> BuildProvenance(const Provenance& provenance) {
  if (!IsToken(provenance.profile)) {
    return BadProfile();
  }
  if (static_cast<uint8_t>(provenance.attestation) > kLastAttestation) {
    return BadAttestation();
  }
  std::string fields;
  der::Writer writer(&fields);
  writer.Integer(kVersion);
  writer.Element(der::kUtf8String, provenance.profile);
  writer.Element(kEnumerated, std::string(1, static_cast<char>(provenance.attestation)));
  if (provenance.request_id.has_value()) {
    const size_t size = provenance.request_id->size();
    if (size < kMinProvenanceRequestId || size > kMaxProvenanceRequestId) {
      return BadRequestId();
    }
    writer.Element(kRequestIdTag, *provenance.request_id);
  }
  if (provenance.generation.has_value()) {
    if (*provenance.generation > kMaxGeneration) {
      return BadGeneration();
    }
    const size_t at = fields.size();
    writer.Integer(*provenance.generation);
    fields[at] = static_cast<char>(kGenerationTag);
  }
  return der::Encode(der::kSequence, fields);
}

absl::StatusOr<Provenance> ParseProvenance(absl::string_view der) {
  der::Reader outer(der);
  der::Reader fields;
  if (!outer.ReadNested(der::kSequence, &fields) || !outer.empty()) {
    return Bad("provenance", "is not one SEQUENCE in DER with nothing after it");
  }
  uint64_t version;
  if (!fields.ReadUint63(&version) || version != kVersion) {
    return Bad("provenance.version", "is not the INTEGER 1, the only version known here");
  }
  absl::string_view profile;
  if (!fields.Read(der::kUtf8String, &profile) || !IsToken(profile)) {
    return BadProfile();
  }
  absl::string_view attestation;
  if (!fields.Read(kEnumerated, &attestation) || attestation.size() != 1 ||
      static_cast<uint8_t>(attestation[0]) > kLastAttestation) {
    return BadAttestation();
  }
  Provenance provenance = {.profile = std::string(profile),
                           .attestation = static_cast<Attestation>(attestation[0])};
  FLEETCA_RETURN_IF_ERROR(ReadRequestId(&fields, &provenance));
  FLEETCA_RETURN_IF_ERROR(ReadGeneration(&fields, &provenance));
  if (!fields.empty()) {
    return Bad("provenance", "has something after or between its fields");
  }
  return provenance;
}

}  // namespace fleetca::x509
