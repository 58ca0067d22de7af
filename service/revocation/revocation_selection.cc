#include "service/revocation/revocation_selection.h"

#include <type_traits>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "service/revocation/find_revocation.h"
#include "x509/san.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

constexpr size_t kMaxNameSize = 256;

// `next` of a part that has to begin again: no serial number, and no place of the store.
constexpr char kFromTheStart[] = "again";

absl::Status CheckSerial(absl::string_view field, absl::string_view serial) {
  const absl::Status status = x509::SerialNumber::FromBytes(serial).status();
  return status.ok() ? status : InvalidArgument(Reason::kSerialInvalid, field, status.message());
}

absl::Status CheckNotEmpty(absl::string_view field, bool empty) {
  return empty ? InvalidArgument(Reason::kRequestEmpty, field,
                                 absl::StrCat(field,
                                              " is empty, so it selects no certificate; say "
                                              "which ones are to be revoked"))
               : absl::OkStatus();
}

absl::Status Check(const RevokeSerials& wanted) {
  FLEETCA_RETURN_IF_ERROR(CheckNotEmpty("serial_numbers", wanted.serials.empty()));
  if (wanted.serials.size() > kMaxSerialsPerCall) {
    return InvalidArgument(
        Reason::kRequestTooLarge, "serial_numbers",
        absl::StrCat("The request has ", wanted.serials.size(), " serial numbers; send at most ",
                     kMaxSerialsPerCall, " in one call"));
  }
  for (size_t i = 0; i < wanted.serials.size(); ++i) {
    FLEETCA_RETURN_IF_ERROR(
        CheckSerial(absl::StrCat("serial_numbers[", i, "]"), wanted.serials[i]));
  }
  return absl::OkStatus();
}

absl::Status Check(const RevokeIdentity& wanted) {
  FLEETCA_RETURN_IF_ERROR(CheckNotEmpty("identity", wanted.identity.empty()));
  return x509::CheckSpiffeId(wanted.identity, "identity");
}

absl::Status Check(const RevokeLineage& wanted) { return CheckSerial("lineage", wanted.serial); }

absl::Status Check(const RevokeKey& wanted) {
  constexpr size_t kDigestSize = 32;
  return wanted.spki_sha256.size() == kDigestSize
             ? absl::OkStatus()
             : InvalidArgument(Reason::kKeyInvalid, "key_sha256",
                               absl::StrCat("key_sha256 has ", wanted.spki_sha256.size(),
                                            " octets; it is the SHA-256 of a "
                                            "SubjectPublicKeyInfo, which has 32"));
}

absl::Status Check(const RevokeIssued& wanted) {
  if (!wanted.profile.has_value() && !wanted.issuer.has_value() &&
      wanted.issued_from == absl::InfinitePast() && wanted.issued_to == absl::InfiniteFuture()) {
    return InvalidArgument(Reason::kRequestEmpty, "issued",
                           "The request would revoke every certificate there is; say a profile, an "
                           "issuing CA, or a time from or up to which they were issued");
  }
  if (wanted.issued_from >= wanted.issued_to) {
    return InvalidArgument(Reason::kConfigInvalid, "issued.to",
                           "issued.to is not after issued.from, so no certificate was issued then");
  }
  FLEETCA_RETURN_IF_ERROR(
      CheckNotEmpty("issued.profile", wanted.profile.has_value() && wanted.profile->empty()));
  FLEETCA_RETURN_IF_ERROR(
      CheckNotEmpty("issued.issuer", wanted.issuer.has_value() && wanted.issuer->empty()));
  if (wanted.profile.value_or("").size() > kMaxNameSize ||
      wanted.issuer.value_or("").size() > kMaxNameSize) {
    return InvalidArgument(Reason::kConfigInvalid, "issued",
                           "issued.profile or issued.issuer is longer than any that there is");
  }
  return absl::OkStatus();
}

std::string Text(const RevokeSerials& wanted) {
  return wanted.serials.size() == 1
             ? absl::StrCat("the serial number ", absl::BytesToHexString(wanted.serials.front()))
             : absl::StrCat(wanted.serials.size(), " serial numbers");
}

std::string Text(const RevokeIdentity& wanted) {
  return absl::StrCat("the identity ", wanted.identity);
}

std::string Text(const RevokeLineage& wanted) {
  return absl::StrCat("the lineage of ", absl::BytesToHexString(wanted.serial));
}

std::string Text(const RevokeKey& wanted) {
  return absl::StrCat("the key with the SHA-256 ", absl::BytesToHexString(wanted.spki_sha256));
}

std::string Text(const RevokeIssued& wanted) {
  std::string text = "what was issued";
  if (wanted.profile.has_value()) {
    absl::StrAppend(&text, " by the profile ", absl::CHexEscape(*wanted.profile));
  }
  if (wanted.issuer.has_value()) {
    absl::StrAppend(&text, " by the issuing CA ", absl::BytesToHexString(*wanted.issuer));
  }
  if (wanted.issued_from != absl::InfinitePast()) {
    absl::StrAppend(&text, " from ", TimeToWords(wanted.issued_from));
  }
  if (wanted.issued_to != absl::InfiniteFuture()) {
    absl::StrAppend(&text, " before ", TimeToWords(wanted.issued_to));
  }
  return text;
}

// Takes records one by one, as a walk over the store meets them.
class Part {
 public:
  Part(const RevocationOrder& order, const store::Store& store, const KnownRevocations& known,
       const SelectedPartOptions& options)
      : order_(order), store_(store), known_(known), options_(options) {}

  // False when the part is full, or something went wrong.
  bool Take(const store::CertificateRecord& record) {
    const absl::StatusOr<std::optional<RevokedSince>> since =
        FindRevocation(record, order_.revoked_at, known_, store_);
    if (!since.ok()) {
      status_ = since.status();
      return false;
    }
    const bool is_revoked = since->has_value();
    constexpr auto kCompromise = store::RevocationReason::kKeyCompromise;
    if (is_revoked &&
        (order_.reason != kCompromise || (*since)->reason == static_cast<uint8_t>(kCompromise))) {
      ++part_.unchanged;
      return true;
    }
    if (options_.count_only) {
      ++(is_revoked ? part_.upgrades : part_.new_ones);
      return true;
    }
    if (part_.pending.size() >= options_.max_pending) {
      part_.next = kFromTheStart;
      return false;
    }
    absl::StatusOr<store::Revocation> revocation = RevocationOf(record, order_);
    if (!revocation.ok()) {
      status_ = revocation.status();
      return false;
    }
    ++(is_revoked ? part_.upgrades : part_.new_ones);
    part_.pending.push_back(*std::move(revocation));
    return true;
  }

  // The same, but for one that has expired when it is revoked and can not be renewed any more.
  bool TakeLive(const store::CertificateRecord& record) {
    if (record.not_after >= order_.revoked_at) {
      return Take(record);
    }
    const absl::StatusOr<bool> renewable =
        CanBeRenewedAfterItsEnd(record, options_.graces, order_.revoked_at, store_);
    if (!renewable.ok()) {
      status_ = renewable.status();
      return false;
    }
    return !*renewable || Take(record);
  }

  // What ended before that can not be renewed any more.
  absl::Time not_after_from() const { return order_.revoked_at - LongestGrace(options_.graces); }

  void set_next(std::string next) { part_.next = std::move(next); }

  absl::StatusOr<SelectedPart> Finish(const absl::Status& walked) && {
    FLEETCA_RETURN_IF_ERROR(status_);
    FLEETCA_RETURN_IF_ERROR(walked);
    return std::move(part_);
  }

 private:
  const RevocationOrder& order_;
  const store::Store& store_;
  const KnownRevocations& known_;
  const SelectedPartOptions& options_;
  SelectedPart part_;
  absl::Status status_;
};

absl::StatusOr<store::CertificateRecord> Get(const store::Certificates& store,
                                             absl::string_view field, absl::string_view serial) {
  absl::StatusOr<store::CertificateRecord> record = store.GetBySerial(serial);
  return absl::IsNotFound(record.status())
             ? NotFound(Reason::kNotFound, field,
                        absl::StrCat("No certificate that this CA has recorded has the serial "
                                     "number ",
                                     absl::BytesToHexString(serial),
                                     ", and none of the request was revoked; what `fleetca ca "
                                     "init` made is in no record, and ends by its key: fleetca "
                                     "cert revoke --key-of FILE --reason keyCompromise"))
             : std::move(record);
}

absl::Status Walk(const RevokeSerials& wanted, const store::Certificates& store, Part& part) {
  for (size_t i = 0; i < wanted.serials.size(); ++i) {
    FLEETCA_ASSIGN_OR_RETURN(
        const store::CertificateRecord record,
        Get(store, absl::StrCat("serial_numbers[", i, "]"), wanted.serials[i]));
    if (!part.Take(record)) {
      break;
    }
  }
  return absl::OkStatus();
}

absl::Status Walk(const RevokeIdentity& wanted, const store::Certificates& store, Part& part) {
  return store.ForEachByIdentity(wanted.identity, [&](const store::CertificateRecord& record) {
    return part.TakeLive(record);
  });
}

absl::Status Walk(const RevokeLineage& wanted, const store::Certificates& store, Part& part) {
  FLEETCA_ASSIGN_OR_RETURN(const store::CertificateRecord one,
                           Get(store, "lineage", wanted.serial));
  return store.ForEachByLineage(store::LineageOf(one), [&](const store::CertificateRecord& record) {
    return part.TakeLive(record);
  });
}

absl::Status WalkPage(const store::CertificateSelection& wanted, const store::Certificates& store,
                      const std::string& from, Part& part) {
  FLEETCA_ASSIGN_OR_RETURN(store::CertificatePage page,
                           store.SelectCertificates(wanted, from, store::PageLimit()));
  part.set_next(std::move(page.next));
  for (const store::CertificateRecord& record : page.records) {
    if (!part.TakeLive(record)) {
      break;
    }
  }
  return absl::OkStatus();
}

absl::Status Walk(const RevokeKey& wanted, const store::Certificates& store,
                  const std::string& from, Part& part) {
  return WalkPage({.spki_sha256 = wanted.spki_sha256, .not_after_from = part.not_after_from()},
                  store, from, part);
}

absl::Status Walk(const RevokeIssued& wanted, const store::Certificates& store,
                  const std::string& from, Part& part) {
  return WalkPage({.issuer = wanted.issuer,
                   .profile = wanted.profile,
                   .issued_from = wanted.issued_from,
                   .issued_to = wanted.issued_to,
                   .not_after_from = part.not_after_from()},
                  store, from, part);
}

}  // namespace

std::string SelectionToText(const RevocationSelection& selection) {
  return std::visit([](const auto& wanted) { return Text(wanted); }, selection);
}

absl::Status CheckSelection(const RevocationSelection& selection) {
  return std::visit([](const auto& wanted) { return Check(wanted); }, selection);
}

absl::StatusOr<SelectedPart> ReadSelectedPart(
    const RevocationSelection& selection, const RevocationOrder& order, const store::Store& store,
    const KnownRevocations& known, const std::string& from, const SelectedPartOptions& options) {
  Part part(order, store, known, options);
  const std::string place = from == kFromTheStart ? "" : from;
  const absl::Status walked = std::visit(
      [&](const auto& wanted) {
        using Wanted = std::decay_t<decltype(wanted)>;
        if constexpr (std::is_same_v<Wanted, RevokeKey> || std::is_same_v<Wanted, RevokeIssued>) {
          return Walk(wanted, store, place, part);
        } else {
          return Walk(wanted, store, part);
        }
      },
      selection);
  return std::move(part).Finish(walked);
}

}  // namespace fleetca::service
