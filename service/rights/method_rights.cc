#include "service/rights/method_rights.h"

namespace fleetca::service {
namespace {

constexpr Access kNobody{Access::Kind::kNobody};
constexpr Access kAnyone{Access::Kind::kAnyone};
constexpr Access kAnyIdentity{Access::Kind::kAnyIdentity};
constexpr Access With(Right right) { return {Access::Kind::kRight, right}; }

#define CA "/fleetca.v1.CertificateAuthorityService/"
#define TOKENS "/fleetca.v1.JoinTokenService/"
#define REVOCATION "/fleetca.v1.RevocationService/"
#define RENEWAL "/fleetca.v1.RenewalService/"

constexpr MethodRights kTable[] = {
    // The policy decides, from what is asked, whether the caller gets it (Policy::Authorize). On
    // the bootstrap port the handler finds the caller by a token.
    {CA "IssueCertificate", kAnyIdentity, kAnyone},
    {CA "BatchIssueCertificates", kAnyIdentity, kNobody},
    {CA "StreamIssueCertificates", kAnyIdentity, kNobody},
    // For its own certificate alone, or for one of which the handler finds a proof; the bootstrap
    // port asks for no certificate, so there it takes a proof.
    {CA "RenewCertificate", kAnyIdentity, kAnyone},
    {CA "GetRenewalInfo", kAnyIdentity, kNobody},
    {CA "GetCertificate", With(Right::kGetCertificates), kNobody},
    {CA "GetTrustBundle", kAnyIdentity, kAnyone},
    // For whom tokens may be made depends on who makes them (Policy::CheckMayAsk).
    {TOKENS "CreateJoinTokens", With(Right::kManageTokens), kNobody},
    {TOKENS "ListJoinTokens", With(Right::kManageTokens), kNobody},
    {TOKENS "RevokeJoinTokens", With(Right::kManageTokens), kNobody},
    // Others' certificates need the right, which the handler checks: any holder may revoke its own.
    {REVOCATION "RevokeCertificates", kAnyIdentity, kNobody},
    {REVOCATION "BlockIdentity", With(Right::kRevokeCertificates), kNobody},
    {REVOCATION "UnblockIdentity", With(Right::kRevokeCertificates), kNobody},
    {REVOCATION "UnblockLineage", With(Right::kRevokeCertificates), kNobody},
    {REVOCATION "ListBlocks", With(Right::kRevokeCertificates), kNobody},
    {REVOCATION "WatchRevocations", kAnyIdentity, kNobody},
    // Each has many certificates renewed, so they are for whoever may revoke as many.
    {RENEWAL "OrderEarlyRenewal", With(Right::kRevokeCertificates), kNobody},
    {RENEWAL "ListEarlyRenewals", With(Right::kRevokeCertificates), kNobody},
    {RENEWAL "CancelEarlyRenewal", With(Right::kRevokeCertificates), kNobody},
    {"/fleetca.v1.PolicyService/ApplyPolicy", With(Right::kApplyPolicy), kNobody},
    {"/fleetca.v1.StatisticsService/GetStatistics", With(Right::kReadStatistics), kNobody},
    {"/grpc.health.v1.Health/Check", kAnyIdentity, kNobody, true},
    {"/grpc.health.v1.Health/Watch", kAnyIdentity, kNobody, true},
    // Debian's library registers it in every server that it is linked into; AccessCheck closes it
    // unless the configuration asks for it.
    {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", With(Right::kUseReflection),
     kNobody},
};

#undef CA
#undef TOKENS
#undef REVOCATION
#undef RENEWAL

constexpr MethodRights kClosed{};

}  // namespace

absl::Span<const MethodRights> AllMethodRights() { return kTable; }

const MethodRights& RightsOf(absl::string_view path) {
  for (const MethodRights& row : kTable) {
    if (row.path == path) {
      return row;
    }
  }
  return kClosed;
}

}  // namespace fleetca::service
