#include "x509/signed.h"

#include "x509/der/der.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {

std::string AssembleSigned(absl::string_view to_be_signed, SignatureScheme scheme,
                           absl::string_view signature) {
  const absl::string_view algorithm = AlgorithmIdentifier(scheme);
  const size_t bit_string_size = 1 + signature.size();
  const size_t contents_size =
      to_be_signed.size() + algorithm.size() + der::HeaderSize(bit_string_size) + bit_string_size;
  std::string assembled;
  assembled.reserve(der::HeaderSize(contents_size) + contents_size);
  der::AppendHeader(der::kSequence, contents_size, &assembled);
  assembled.append(to_be_signed.data(), to_be_signed.size());
  assembled.append(algorithm.data(), algorithm.size());
  der::AppendHeader(der::kBitString, bit_string_size, &assembled);
  assembled.push_back('\0');
  assembled.append(signature.data(), signature.size());
  return assembled;
}

}  // namespace fleetca::x509
