// What every Signer must do, wherever its key is: instantiate SignerContractTest for each.
#ifndef FLEETCA_SIGNER_TESTING_SIGNER_CONTRACT_H_
#define FLEETCA_SIGNER_TESTING_SIGNER_CONTRACT_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/prepared.h"
#include "signer/signer.h"

namespace fleetca::signer {

struct SignerContractParam {
  std::string name;
  SignatureScheme scheme;
  // A new signer; may be called often and may return a signer of the same key.
  std::function<std::unique_ptr<Signer>()> create;
};

inline std::ostream& operator<<(std::ostream& out, const SignerContractParam& param) {
  return out << param.name;
}

class SignerContractTest : public testing::TestWithParam<SignerContractParam> {
 protected:
  SignerContractTest() : signer_(GetParam().create()) {}

  const std::unique_ptr<Signer> signer_;
};

inline std::string SignerContractName(const testing::TestParamInfo<SignerContractParam>& info) {
  return info.param.name;
}

// Tokens for `count` different messages.
std::vector<Prepared> MakeTokens(int count);

std::vector<absl::StatusOr<SignedMessage>> SignAll(const Signer& signer,
                                                   std::vector<Prepared>& tokens);

// True when OpenSSL verifies the signature under the signer's own public key and scheme.
bool Verifies(const Signer& signer, absl::string_view message, absl::string_view signature);

}  // namespace fleetca::signer

#endif  // FLEETCA_SIGNER_TESTING_SIGNER_CONTRACT_H_
