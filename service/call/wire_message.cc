#include "service/call/wire_message.h"

#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/support/slice.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"

namespace fleetca::service {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

absl::Status Malformed(absl::string_view type) {
  return InvalidArgument(
      Reason::kRequestMalformed, "",
      absl::StrCat("The message cannot be read as ", type,
                   ": its encoding is damaged, or one of its strings is not UTF-8; send it as the "
                   "API's .proto files define it"));
}

// gRPC hands most messages over in one piece; the others are put together.
[[nodiscard]] bool InOnePiece(const grpc::ByteBuffer& octets, grpc::Slice* piece) {
  return octets.Length() == 0 || octets.TrySingleSlice(piece).ok() ||
         octets.DumpToSingleSlice(piece).ok();
}

[[nodiscard]] bool Parse(const grpc::Slice& octets, google::protobuf::MessageLite* message) {
  return message->ParseFromArray(octets.begin(), static_cast<int>(octets.size()));
}

// The outermost fields of a message, whatever is in them.
[[nodiscard]] bool ParseFields(const grpc::Slice& octets, UnknownFieldSet* fields) {
  return fields->ParseFromArray(octets.begin(), static_cast<int>(octets.size()));
}

bool Is(const UnknownField& field, int number, UnknownField::Type type) {
  return field.number() == number && field.type() == type;
}

}  // namespace

absl::Status ReadMessage(const grpc::ByteBuffer& octets, google::protobuf::Message* message) {
  grpc::Slice piece;
  if (!InOnePiece(octets, &piece) || !Parse(piece, message)) {
    return Malformed(message->GetTypeName());
  }
  return absl::OkStatus();
}

void WriteMessage(const google::protobuf::MessageLite& message, grpc::ByteBuffer* octets) {
  grpc::Slice piece(message.ByteSizeLong());
  // The slice is new and nobody else's, though its API shows it as constant.
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(piece.begin()));
  grpc::ByteBuffer written(&piece, 1);
  octets->Swap(&written);
}

absl::Status ReadBatch(const grpc::ByteBuffer& octets, v1::BatchIssueCertificatesRequest* message,
                       std::vector<int>* malformed) {
  grpc::Slice piece;
  if (InOnePiece(octets, &piece) && Parse(piece, message)) {
    return absl::OkStatus();
  }
  message->Clear();
  UnknownFieldSet fields;
  if (!ParseFields(piece, &fields)) {
    return Malformed(message->GetTypeName());
  }
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (!Is(field, v1::BatchIssueCertificatesRequest::kRequestsFieldNumber,
            UnknownField::TYPE_LENGTH_DELIMITED)) {
      continue;
    }
    if (!message->add_requests()->ParseFromString(field.length_delimited())) {
      const int index = message->requests_size() - 1;
      message->mutable_requests(index)->Clear();
      malformed->push_back(index);
    }
  }
  return absl::OkStatus();
}

absl::Status ReadStreamed(const grpc::ByteBuffer& octets,
                          v1::StreamIssueCertificatesRequest* message, bool* malformed) {
  grpc::Slice piece;
  *malformed = false;
  if (InOnePiece(octets, &piece) && Parse(piece, message)) {
    return absl::OkStatus();
  }
  message->Clear();
  UnknownFieldSet fields;
  if (!ParseFields(piece, &fields)) {
    return Malformed(message->GetTypeName());
  }
  *malformed = true;
  for (int i = 0; i < fields.field_count(); ++i) {
    if (Is(fields.field(i), v1::StreamIssueCertificatesRequest::kIdFieldNumber,
           UnknownField::TYPE_VARINT)) {
      message->set_id(fields.field(i).varint());
    }
  }
  return absl::OkStatus();
}

absl::Status MalformedRequest() {
  return Malformed(v1::IssueCertificateRequest::descriptor()->full_name());
}

}  // namespace fleetca::service
