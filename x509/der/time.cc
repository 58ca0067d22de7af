#include "x509/der/time.h"

#include <array>
#include <cstdint>

#include "absl/time/civil_time.h"

namespace fleetca::x509 {
namespace {

// RFC 5280 4.1.2.5: years through 2049 are UTCTime, later ones GeneralizedTime.
constexpr int kFirstUtcTimeYear = 1950;
constexpr int kFirstGeneralizedTimeYear = 2050;
constexpr absl::string_view::size_type kUtcTimeSize = 13;
constexpr absl::string_view::size_type kGeneralizedTimeSize = 15;

void AppendTwoDigits(int value, std::string* out) {
  out->push_back(static_cast<char>('0' + value / 10 % 10));
  out->push_back(static_cast<char>('0' + value % 10));
}

// Reads two digits at `*position` and moves it on.
[[nodiscard]] bool ReadTwoDigits(absl::string_view text, size_t* position, int* value) {
  const char tens = text[*position];
  const char ones = text[*position + 1];
  if (tens < '0' || tens > '9' || ones < '0' || ones > '9') {
    return false;
  }
  *value = (tens - '0') * 10 + (ones - '0');
  *position += 2;
  return true;
}

absl::CivilSecond ClampToYears(absl::Time time) {
  static const absl::Time kFirst =
      absl::FromCivil(absl::CivilSecond(kFirstUtcTimeYear), absl::UTCTimeZone());
  // RFC 5280 4.1.2.5: the time that means "no well-defined expiration date".
  static const absl::Time kLast =
      absl::FromCivil(absl::CivilSecond(9999, 12, 31, 23, 59, 59), absl::UTCTimeZone());
  const absl::Time clamped = time < kFirst ? kFirst : time > kLast ? kLast : time;
  return absl::ToCivilSecond(clamped, absl::UTCTimeZone());
}

// YYMMDDHHMMSSZ, which ends both types.
void AppendYearOfCenturyToSecond(const absl::CivilSecond& civil, std::string* out) {
  AppendTwoDigits(static_cast<int>(civil.year() % 100), out);
  AppendTwoDigits(civil.month(), out);
  AppendTwoDigits(civil.day(), out);
  AppendTwoDigits(civil.hour(), out);
  AppendTwoDigits(civil.minute(), out);
  AppendTwoDigits(civil.second(), out);
  out->push_back('Z');
}

void AppendGeneralized(const absl::CivilSecond& civil, std::string* out) {
  out->push_back(static_cast<char>(der::kGeneralizedTime));
  out->push_back(static_cast<char>(kGeneralizedTimeSize));
  AppendTwoDigits(static_cast<int>(civil.year() / 100), out);
  AppendYearOfCenturyToSecond(civil, out);
}

// Reads one element of type `tag`, UTCTime or GeneralizedTime, to the second and with "Z".
[[nodiscard]] bool ReadCivil(der::Reader* reader, uint8_t tag, absl::CivilSecond* civil) {
  der::Reader look = *reader;
  absl::string_view text;
  const bool generalized = tag == der::kGeneralizedTime;
  if (!look.Read(tag, &text) ||
      text.size() != (generalized ? kGeneralizedTimeSize : kUtcTimeSize) || text.back() != 'Z') {
    return false;
  }
  size_t position = 0;
  int century = 0;
  int year_of_century, month, day, hour, minute, second;
  if ((generalized && !ReadTwoDigits(text, &position, &century)) ||
      !ReadTwoDigits(text, &position, &year_of_century) ||
      !ReadTwoDigits(text, &position, &month) || !ReadTwoDigits(text, &position, &day) ||
      !ReadTwoDigits(text, &position, &hour) || !ReadTwoDigits(text, &position, &minute) ||
      !ReadTwoDigits(text, &position, &second)) {
    return false;
  }
  if (!generalized) {
    century = year_of_century >= kFirstUtcTimeYear % 100 ? 19 : 20;
  }
  // CivilSecond carries what overflows into the next field, so a date that does not exist comes
  // back as another one.
  *civil = absl::CivilSecond(century * 100 + year_of_century, month, day, hour, minute, second);
  if (civil->month() != month || civil->day() != day || civil->hour() != hour ||
      civil->minute() != minute || civil->second() != second) {
    return false;
  }
  *reader = look;
  return true;
}

// The Time elements of a few recent seconds.
class TimeCache {
 public:
  void Append(absl::Time time, std::string* out) {
    const int64_t second = absl::ToUnixSeconds(time);
    for (const Entry& entry : entries_) {
      if (entry.size > 0 && entry.second == second) {
        out->append(entry.element.data(), entry.size);
        return;
      }
    }
    const size_t start = out->size();
    AppendTime(time, out);
    Entry& entry = entries_[next_];
    next_ = (next_ + 1) % entries_.size();
    entry.second = second;
    entry.size = out->size() - start;
    out->copy(entry.element.data(), entry.size, start);
  }

 private:
  struct Entry {
    int64_t second = 0;
    size_t size = 0;
    std::array<char, 2 + kGeneralizedTimeSize> element;
  };
  std::array<Entry, 4> entries_;
  size_t next_ = 0;
};

}  // namespace

void AppendTime(absl::Time time, std::string* out) {
  const absl::CivilSecond civil = ClampToYears(time);
  if (civil.year() < kFirstGeneralizedTimeYear) {
    out->push_back(static_cast<char>(der::kUtcTime));
    out->push_back(static_cast<char>(kUtcTimeSize));
    AppendYearOfCenturyToSecond(civil, out);
  } else {
    AppendGeneralized(civil, out);
  }
}

void AppendGeneralizedTime(absl::Time time, std::string* out) {
  AppendGeneralized(ClampToYears(time), out);
}

bool ReadTime(der::Reader* reader, absl::Time* time) {
  der::Reader look = *reader;
  const bool generalized = look.PeekTag() == der::kGeneralizedTime;
  absl::CivilSecond civil;
  if (!ReadCivil(&look, generalized ? der::kGeneralizedTime : der::kUtcTime, &civil) ||
      (generalized && civil.year() < kFirstGeneralizedTimeYear)) {
    return false;
  }
  *time = absl::FromCivil(civil, absl::UTCTimeZone());
  *reader = look;
  return true;
}

bool ReadGeneralizedTime(der::Reader* reader, absl::Time* time) {
  absl::CivilSecond civil;
  if (!ReadCivil(reader, der::kGeneralizedTime, &civil)) {
    return false;
  }
  *time = absl::FromCivil(civil, absl::UTCTimeZone());
  return true;
}

void AppendValidity(absl::Time not_before, absl::Time not_after, std::string* out) {
  static thread_local TimeCache cache;
  const size_t header = out->size();
  out->push_back(static_cast<char>(der::kSequence));
  out->push_back(0);
  cache.Append(not_before, out);
  cache.Append(not_after, out);
  // Two Time elements take at most 34 octets, so the short form of the length always does.
  (*out)[header + 1] = static_cast<char>(out->size() - header - 2);
}

}  // namespace fleetca::x509
