package fleetca

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

func tooBusy(t *testing.T, wanted time.Duration) *Error {
	said, err := status.New(codes.ResourceExhausted, "the queue is full").WithDetails(
		&errdetails.ErrorInfo{Reason: "QUEUE_FULL"}, &errdetails.RetryInfo{RetryDelay: durationpb.New(wanted)})
	if err != nil {
		t.Fatal(err)
	}
	return explain(said.Err(), "ca.fleet.example:8443")
}

func TestACaThatIsTooBusyIsHeeded(t *testing.T) {
	for _, wanted := range []time.Duration{1500 * time.Millisecond, time.Minute} {
		refused := tooBusy(t, wanted)
		if refused.Reason != "QUEUE_FULL" || refused.RetryAfter != wanted {
			t.Errorf("it was understood as %v", *refused)
		}
		if wait := waitAfter(refused, time.Second); wait != wanted {
			t.Errorf("%v where the CA wants %v", wait, wanted)
		}
	}
}

// A certificate ends, however long the CA wants.
func TestNoWaitIsWithoutBound(t *testing.T) {
	if refused := tooBusy(t, 1000*time.Hour); refused.RetryAfter != time.Hour {
		t.Errorf("%v", refused.RetryAfter)
	}
	if refused := tooBusy(t, -time.Hour); refused.RetryAfter != 0 {
		t.Errorf("%v", refused.RetryAfter)
	}
	delay := time.Duration(0)
	for i := 0; i < 1000; i++ {
		delay = within(time.Second, 2*delay, time.Minute)
		if wait := waitAfter(errors.New("away"), delay); wait < time.Second/2 || wait > time.Minute {
			t.Fatalf("%v after %d failures", wait, i+1)
		}
	}
}
