// The table of reasons: every one of them, the canonical codes it comes with, and what it means.
// The enum Reason and its names (base/errors.h) and the page docs/errors.md are made of this table:
// who changes it writes the page again with `bazel run //base:errors_page_test`.
#ifndef FLEETCA_BASE_REASONS_H_
#define FLEETCA_BASE_REASONS_H_

// SECTION(title) begins a part of the page. REASON(enumerator, name, codes, meaning): the name goes
// over the wire, so a name is never changed; the codes are values of absl::StatusCode, in brackets,
// the usual one first. A new reason may be added in any place, because its number is sent to
// nobody.
// clang-format off
#define FLEETCA_REASONS(SECTION, REASON)                                                           \
  SECTION("The request as a whole")                                                                \
  REASON(kRequestEmpty, "REQUEST_EMPTY", (kInvalidArgument),                                       \
         "The request names nothing to do.")                                                       \
  REASON(kRequestTooLarge, "REQUEST_TOO_LARGE", (kInvalidArgument),                                \
         "The request is larger, or has more items, than the CA takes at once.")                   \
  REASON(kRequestMalformed, "REQUEST_MALFORMED", (kInvalidArgument),                               \
         "The octets are not a message of the API, such as text that is not UTF-8.")               \
  REASON(kRequestIdInvalid, "REQUEST_ID_INVALID", (kInvalidArgument),                              \
         "The request_id is too short, too long or missing where one is needed.")                  \
  REASON(kRequestIdReused, "REQUEST_ID_REUSED", (kAlreadyExists),                                  \
         "The request_id was used before, for another request.")                                   \
  REASON(kRequestIdExpired, "REQUEST_ID_EXPIRED", (kFailedPrecondition),                           \
         "The request_id was answered so long ago that the certificate has expired.")              \
  REASON(kProfileUnknown, "PROFILE_UNKNOWN", (kInvalidArgument),                                   \
         "The request names no profile.")                                                          \
  REASON(kLifetimeInvalid, "LIFETIME_INVALID", (kInvalidArgument),                                 \
         "The lifetime is not in whole seconds, not positive or too long.")                        \
  REASON(kSerialInvalid, "SERIAL_INVALID", (kInvalidArgument),                                     \
         "The octets cannot be the serial number of a certificate.")                               \
  SECTION("The CSR")                                                                               \
  REASON(kCsrMissing, "CSR_MISSING", (kInvalidArgument),                                           \
         "The request has no CSR.")                                                                \
  REASON(kCsrTooLarge, "CSR_TOO_LARGE", (kInvalidArgument),                                        \
         "The CSR has more octets than the CA takes.")                                             \
  REASON(kCsrMalformed, "CSR_MALFORMED", (kInvalidArgument),                                       \
         "The CSR is not DER or PEM of a PKCS#10 certification request.")                          \
  REASON(kCsrVersion, "CSR_VERSION", (kInvalidArgument),                                           \
         "The CSR has another version than 1.")                                                    \
  REASON(kCsrAttributes, "CSR_ATTRIBUTES", (kInvalidArgument),                                     \
         "The attributes of the CSR are malformed or occur twice.")                                \
  REASON(kCsrExtensionDuplicate, "CSR_EXTENSION_DUPLICATE", (kInvalidArgument),                    \
         "The CSR asks for one extension twice.")                                                  \
  REASON(kCsrExtensionRefused, "CSR_EXTENSION_REFUSED", (kInvalidArgument),                        \
         "The CSR asks for an extension that the CA takes from nobody.")                           \
  REASON(kSubjectInvalid, "SUBJECT_INVALID", (kInvalidArgument),                                   \
         "The subject of the CSR, or the one that the policy makes, fits no certificate.")         \
  SECTION("The key and the proof that the requester has it")                                       \
  REASON(kKeyUnsupported, "KEY_UNSUPPORTED", (kInvalidArgument, kFailedPrecondition),              \
         "The key's algorithm is unknown, or the profile or rule does not allow it.")              \
  REASON(kKeyWeak, "KEY_WEAK", (kInvalidArgument),                                                 \
         "The key is too short or can be broken.")                                                 \
  REASON(kKeyInvalid, "KEY_INVALID", (kInvalidArgument, kFailedPrecondition),                      \
         "The octets are not a valid key.")                                                        \
  REASON(kKeyForbidden, "KEY_FORBIDDEN", (kInvalidArgument),                                       \
         "The key is one that nobody may be certified for, such as a CA's own.")                   \
  REASON(kKeyBlocked, "KEY_BLOCKED", (kPermissionDenied),                                          \
         "The key is known to be compromised, and is never certified again.")                      \
  REASON(kSignatureAlgorithm, "SIGNATURE_ALGORITHM", (kInvalidArgument),                           \
         "The signature's algorithm is unknown or does not fit the key.")                          \
  REASON(kSignatureInvalid, "SIGNATURE_INVALID", (kInvalidArgument),                               \
         "A signature was not made by the CSR's own key, or not by that of the issuer.")           \
  SECTION("Names")                                                                                 \
  REASON(kSanMissing, "SAN_MISSING", (kInvalidArgument),                                           \
         "The certificate would have no name.")                                                    \
  REASON(kSanInvalid, "SAN_INVALID", (kInvalidArgument),                                           \
         "A name is malformed.")                                                                   \
  REASON(kSanTypeForbidden, "SAN_TYPE_FORBIDDEN", (kInvalidArgument),                              \
         "A name is of a type that the profile does not allow.")                                   \
  REASON(kSanNotAllowed, "SAN_NOT_ALLOWED", (kInvalidArgument),                                    \
         "A name is not one that the policy grants to the subject.")                               \
  REASON(kSanTooMany, "SAN_TOO_MANY", (kInvalidArgument),                                          \
         "The request asks for more names than a certificate may have.")                           \
  REASON(kNameReserved, "NAME_RESERVED", (kPermissionDenied),                                      \
         "A name is the CA's own identity or a name of the CA's server.")                          \
  SECTION("Who asks")                                                                              \
  REASON(kCallerUnknown, "CALLER_UNKNOWN", (kUnauthenticated),                                     \
         "Nothing that the caller showed says who the caller is.")                                 \
  REASON(kCallerNotAllowed, "CALLER_NOT_ALLOWED", (kPermissionDenied),                             \
         "The caller is known, and may not do this.")                                              \
  REASON(kCallerCertificateExpired, "CALLER_CERTIFICATE_EXPIRED",                                  \
         (kUnauthenticated, kFailedPrecondition),                                                  \
         "The caller's certificate is not valid now.")                                             \
  REASON(kCertificateRevoked, "CERTIFICATE_REVOKED", (kPermissionDenied),                          \
         "The caller's certificate was revoked.")                                                  \
  REASON(kIdentityBlocked, "IDENTITY_BLOCKED", (kPermissionDenied),                                \
         "The identity gets no certificates while an operator has it blocked.")                    \
  REASON(kRenewalInvalid, "RENEWAL_INVALID", (kInvalidArgument, kPermissionDenied),                \
         "What is asked for cannot be had by renewing the caller's certificate.")                  \
  REASON(kRenewalProofInvalid, "RENEWAL_PROOF_INVALID", (kUnauthenticated, kPermissionDenied),     \
         "The proof that stands for a certificate in a renewal is malformed, old or used before.") \
  REASON(kLineageStale, "LINEAGE_STALE", (kPermissionDenied),                                      \
         "The certificate was replaced long ago: a copy of its key is in use, or it was restored.") \
  REASON(kLineageBlocked, "LINEAGE_BLOCKED", (kPermissionDenied),                                  \
         "No certificate of the line that the caller's belongs to gets another one.")              \
  REASON(kAuthzInvalid, "AUTHZ_INVALID", (kInvalidArgument, kUnauthenticated),                     \
         "The authorization or provenance in a certificate, or meant for one, is malformed.")      \
  SECTION("The CA")                                                                                \
  REASON(kQueueFull, "QUEUE_FULL", (kResourceExhausted),                                           \
         "The CA has more to do than it can take; retry after the delay in the error.")            \
  REASON(kCallerShareFull, "CALLER_SHARE_FULL", (kResourceExhausted),                              \
         "The caller's share of the queue is full, while others may still find room.")             \
  REASON(kBudgetExhausted, "BUDGET_EXHAUSTED", (kResourceExhausted),                               \
         "The caller has used up the certificates that the policy gives it for a time.")           \
  REASON(kDeadlineExceeded, "DEADLINE_EXCEEDED", (kDeadlineExceeded),                              \
         "The caller's deadline passed before anything was done.")                                 \
  REASON(kCancelled, "CANCELLED", (kCancelled),                                                    \
         "The caller gave up before anything was done.")                                           \
  REASON(kDraining, "DRAINING", (kUnavailable, kDeadlineExceeded),                                 \
         "The server is stopping; retry with the same request_id.")                                \
  REASON(kStoreUnavailable, "STORE_UNAVAILABLE", (kUnavailable),                                   \
         "The store cannot read or write now, and nothing was issued.")                            \
  REASON(kStoreCorrupt, "STORE_CORRUPT", (kDataLoss),                                              \
         "What the store holds is damaged; an operator must restore it from a backup.")            \
  REASON(kStoreLocked, "STORE_LOCKED", (kFailedPrecondition),                                      \
         "Another process has the store.")                                                         \
  REASON(kStoreRefused, "STORE_REFUSED", (kFailedPrecondition),                                    \
         "The store is new, older or gone where another was expected.")                            \
  REASON(kRevocationsUnknown, "REVOCATIONS_UNKNOWN", (kUnavailable),                               \
         "The CA has not read which certificates are revoked, as after its start; retry.")         \
  REASON(kClockRefused, "CLOCK_REFUSED", (kUnavailable),                                           \
         "The clock and the latest time in the store differ by more than is tolerated.")           \
  REASON(kNotFound, "NOT_FOUND", (kNotFound),                                                      \
         "There is no such certificate or token.")                                                 \
  REASON(kIssuerExpiring, "ISSUER_EXPIRING", (kFailedPrecondition),                                \
         "The CA's certificate ends too soon for what is asked.")                                  \
  REASON(kLintFailed, "LINT_FAILED", (kInternal),                                                  \
         "What the CA built breaks a rule, so it was not signed: a certificate, a CRL or an OCSP " \
         "response.")                                                                              \
  REASON(kSigningFailed, "SIGNING_FAILED", (kInternal),                                            \
         "The signature could not be made.")                                                       \
  REASON(kInternal, "INTERNAL",                                                                    \
         (kInternal, kUnavailable, kFailedPrecondition, kResourceExhausted),                       \
         "A fault of the program or of the system below it.")                                      \
  SECTION("OCSP")                                                                                  \
  REASON(kOcspRequestMalformed, "OCSP_REQUEST_MALFORMED", (kInvalidArgument),                      \
         "The octets are not an OCSP request about one certificate.")                              \
  REASON(kOcspHashUnsupported, "OCSP_HASH_UNSUPPORTED", (kInvalidArgument),                        \
         "The issuer is named by a hash that is neither SHA-1 nor SHA-256.")                       \
  REASON(kOcspResponseMalformed, "OCSP_RESPONSE_MALFORMED", (kInvalidArgument),                    \
         "The octets are not a response of an OCSP responder.")                                    \
  REASON(kOcspNotAnswered, "OCSP_NOT_ANSWERED", (kFailedPrecondition, kUnavailable),               \
         "The OCSP responder sent an error in place of an answer.")                                \
  REASON(kOcspResponderUntrusted, "OCSP_RESPONDER_UNTRUSTED", (kInvalidArgument),                  \
         "Neither the issuing CA nor a responder that it certified signed the OCSP response.")     \
  REASON(kOcspResponseOther, "OCSP_RESPONSE_OTHER", (kInvalidArgument),                            \
         "The OCSP response answers another question than the one that was asked.")                \
  REASON(kOcspResponseStale, "OCSP_RESPONSE_STALE", (kInvalidArgument),                            \
         "The OCSP response is not valid at the time, or does not say until when it is.")          \
  SECTION("Files and configuration, met by an operator")                                           \
  REASON(kConfigInvalid, "CONFIG_INVALID", (kInvalidArgument, kFailedPrecondition, kUnavailable),  \
         "A setting, flag or field has a value that cannot be used.")                              \
  REASON(kFileMissing, "FILE_MISSING", (kFailedPrecondition, kUnavailable),                        \
         "A file that is needed does not exist.")                                                  \
  REASON(kFileInvalid, "FILE_INVALID",                                                             \
         (kFailedPrecondition, kInvalidArgument, kAlreadyExists, kUnavailable),                    \
         "A file cannot be read or written, or its contents are not what they should be.")         \
  REASON(kFilePermissions, "FILE_PERMISSIONS", (kFailedPrecondition, kPermissionDenied),           \
         "The process may not open a file, or others may who should not.")                         \
  REASON(kPassphraseInvalid, "PASSPHRASE_INVALID", (kFailedPrecondition),                          \
         "The passphrase does not open the key.")                                                  \
  SECTION("CRLs")                                                                                  \
  REASON(kCrlIssuerOther, "CRL_ISSUER_OTHER", (kInvalidArgument),                                  \
         "The CRL is of another issuer than the one it is held against, or of another key of it.") \
  REASON(kCrlNotYetValid, "CRL_NOT_YET_VALID", (kInvalidArgument),                                 \
         "The CRL's thisUpdate is after the time that it is to be valid at.")                      \
  REASON(kCrlExpired, "CRL_EXPIRED", (kInvalidArgument),                                           \
         "The CRL's nextUpdate is before the time that it is to be valid at.")                     \
  REASON(kCrlNotReady, "CRL_NOT_READY", (kUnavailable),                                            \
         "The CA has not made the CRL yet, as after its start; retry.")                            \
  REASON(kCrlTooLarge, "CRL_TOO_LARGE", (kFailedPrecondition),                                     \
         "The CRL of all certificates would be too large, so there are only those of the shards.") \
  SECTION("Met by a client")                                                                       \
  REASON(kServerUnreachable, "SERVER_UNREACHABLE",                                                 \
         (kUnavailable, kDeadlineExceeded, kUnimplemented),                                        \
         "Nothing that speaks this API answers at the address.")                                   \
  REASON(kServerIdentity, "SERVER_IDENTITY", (kInvalidArgument, kFailedPrecondition),              \
         "The server has another SPIFFE ID than the expected one, or none can be expected.")       \
  REASON(kAnswerInvalid, "ANSWER_INVALID", (kDataLoss, kUnavailable),                              \
         "What answered cannot be right, and nothing of the answer is used.")
// clang-format on

#endif  // FLEETCA_BASE_REASONS_H_
