#include "bench/loadgen/answer_sample.h"

#include <algorithm>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/issued.h"

namespace fleetca::loadgen {
namespace {

// 32 MiB of them; the first four million certificates of a run.
constexpr size_t kMaxSerials = size_t{4} << 20;

uint64_t SerialEnd(absl::string_view serial) {
  uint64_t end = 0;
  if (serial.size() >= sizeof(end)) {
    std::memcpy(&end, serial.data() + serial.size() - sizeof(end), sizeof(end));
  }
  return end;
}

void Fail(absl::string_view what, SampleResult* result) {
  ++result->failed;
  if (result->first_failure.empty()) {
    result->first_failure = std::string(what);
  }
}

absl::Status CheckOne(const v1::IssuedCertificate& certificate,
                      const std::vector<std::string>& chain_der, const std::string& csr_der,
                      absl::Time now, absl::Span<const std::string> roots_der) {
  FLEETCA_ASSIGN_OR_RETURN(const client::Issued issued,
                           client::IssuedFromProto(certificate, chain_der));
  FLEETCA_ASSIGN_OR_RETURN(const absl::string_view spki, client::CsrPublicKey(csr_der));
  return client::VerifyAnswer(issued, spki, now, roots_der);
}

}  // namespace

void AnswerSample::Offer(const v1::IssuedCertificate& certificate, size_t csr) {
  ++offered_;
  if (serial_ends_.size() < kMaxSerials) {
    serial_ends_.push_back(SerialEnd(certificate.serial_number()));
  }
  if (kept_.size() < size_) {
    kept_.push_back({certificate, csr});
    return;
  }
  const uint64_t place = random_() % offered_;
  if (place < kept_.size()) {
    kept_[place] = {certificate, csr};
  }
}

void AnswerSample::OfferChain(const google::protobuf::RepeatedPtrField<std::string>& chain_der) {
  if (chain_der_.empty()) {
    chain_der_.assign(chain_der.begin(), chain_der.end());
  }
}

const std::string* AnswerSample::RandomSerial() {
  if (kept_.empty()) {
    return nullptr;
  }
  return &kept_[random_() % kept_.size()].certificate.serial_number();
}

bool AnswerSample::HasDuplicateSerial() {
  std::sort(serial_ends_.begin(), serial_ends_.end());
  return std::adjacent_find(serial_ends_.begin(), serial_ends_.end()) != serial_ends_.end();
}

void AnswerSample::Verify(const CsrPool& pool, absl::Span<const std::string> roots_der,
                          absl::Time now, SampleResult* result) {
  for (const Kept& kept : kept_) {
    const absl::Status status =
        CheckOne(kept.certificate, chain_der_, pool.entries[kept.csr].csr_der, now, roots_der);
    if (status.ok()) {
      ++result->verified;
    } else {
      Fail(status.message(), result);
    }
  }
  result->serials = serial_ends_.size();
  if (HasDuplicateSerial()) {
    Fail("two certificates of this run have the same serial number", result);
  }
}

void AnswerSample::CheckCount(uint64_t issued, SampleResult* result) const {
  if (issued < offered_) {
    Fail(absl::StrCat("the server says it issued ", issued, " certificates, and ", offered_,
                      " were received: one of the two counts is wrong"),
         result);
  }
}

void AnswerSample::LookUp(const client::CaClient& client, SampleResult* result) const {
  for (const Kept& kept : kept_) {
    const absl::StatusOr<x509::SerialNumber> serial =
        x509::SerialNumber::FromBytes(kept.certificate.serial_number());
    if (!serial.ok()) {
      continue;  // Verify has counted it
    }
    const absl::StatusOr<client::Recorded> recorded = client.Get(*serial);
    if (absl::IsPermissionDenied(recorded.status())) {
      result->not_looked_up = std::string(recorded.status().message());
      return;
    }
    if (!recorded.ok()) {
      Fail(absl::StrCat("looked up again: ", recorded.status().message()), result);
    } else if (recorded->issued.certificate_der != kept.certificate.certificate_der()) {
      Fail("looked up again, the certificate has other octets", result);
    } else {
      ++result->looked_up;
    }
  }
}

}  // namespace fleetca::loadgen
