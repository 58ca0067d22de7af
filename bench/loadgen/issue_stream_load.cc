#include "bench/loadgen/issue_stream_load.h"

#include <utility>

namespace fleetca::loadgen {

IssueStreamLoad::IssueStreamLoad(v1::CertificateAuthorityService::Stub& stub, EventLoop& loop,
                                 RequestSource& requests, OnAnswer on_answer)
    : stub_(stub),
      loop_(loop),
      requests_(requests),
      on_answer_(std::move(on_answer)),
      opened_event_([this](bool ok) { OnOpened(ok); }),
      written_event_([this](bool ok) { OnWritten(ok); }),
      read_event_([this](bool ok) { OnRead(ok); }),
      finished_event_([this](bool ok) { OnFinished(); }) {}

void IssueStreamLoad::Send(int64_t intended_ns) {
  if (free_slots_.empty()) {
    free_slots_.push_back(slots_.size());
    slots_.emplace_back();
  }
  const size_t slot = free_slots_.back();
  free_slots_.pop_back();
  slots_[slot] = {true, intended_ns, 0};
  to_write_.push_back(slot);
  if (stream_ == nullptr) {
    Open();
  } else {
    WriteNext();
  }
}

void IssueStreamLoad::Open() {
  opened_ = writing_ = reading_ = broken_ = finishing_ = false;
  context_.emplace();
  stream_ = stub_.AsyncStreamIssueCertificates(&*context_, loop_.queue(), &opened_event_);
}

void IssueStreamLoad::OnOpened(bool ok) {
  opened_ = true;
  broken_ = !ok;
  if (ok) {
    reading_ = true;
    stream_->Read(&response_, &read_event_);
    WriteNext();
  }
  FinishWhenIdle();
}

void IssueStreamLoad::WriteNext() {
  if (!opened_ || writing_ || broken_ || to_write_.empty()) {
    return;
  }
  const size_t slot = to_write_.front();
  to_write_.pop_front();
  slots_[slot].csr = requests_.Next(request_.mutable_request());
  request_.set_id(slot);
  writing_ = true;
  // With more to write, gRPC may put them into one TLS record.
  grpc::WriteOptions options;
  if (!to_write_.empty()) {
    options.set_buffer_hint();
  }
  stream_->Write(request_, options, &written_event_);
}

void IssueStreamLoad::OnWritten(bool ok) {
  writing_ = false;
  broken_ = broken_ || !ok;
  WriteNext();
  FinishWhenIdle();
}

void IssueStreamLoad::OnRead(bool ok) {
  reading_ = false;
  broken_ = broken_ || !ok;
  if (ok) {
    const size_t slot = response_.id();
    if (slot < slots_.size() && slots_[slot].used) {
      Answer(slot, &response_, grpc::Status::OK);
    } else {
      context_->TryCancel();  // an answer to nothing: what is in flight ends with the stream
    }
    reading_ = true;
    stream_->Read(&response_, &read_event_);
  }
  FinishWhenIdle();
}

void IssueStreamLoad::FinishWhenIdle() {
  if (!broken_ || !opened_ || writing_ || reading_ || finishing_) {
    return;
  }
  finishing_ = true;
  stream_->Finish(&status_, &finished_event_);
}

void IssueStreamLoad::OnFinished() {
  stream_.reset();
  context_.reset();
  to_write_.clear();
  const grpc::Status status =
      status_.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server ended the stream")
                   : status_;
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].used) {
      Answer(slot, nullptr, status);
    }
  }
}

void IssueStreamLoad::Answer(size_t slot, const v1::StreamIssueCertificatesResponse* response,
                             const grpc::Status& status) {
  slots_[slot].used = false;
  free_slots_.push_back(slot);
  on_answer_(slots_[slot].intended_ns, slots_[slot].csr, response, status);
}

void IssueStreamLoad::Cancel() {
  if (context_.has_value()) {
    context_->TryCancel();
  }
}

}  // namespace fleetca::loadgen
