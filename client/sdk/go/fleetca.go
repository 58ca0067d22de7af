// Package fleetca is a client of fleetca for Go: two files, and the messages that README.md says how to generate.
//
//	files := fleetca.NewFiles("/var/lib/web/tls")
//	if !files.Exist() {
//		err = fleetca.Bootstrap(ctx, files, "ca.fleet.example:8444", "fleet.example", rootSHA256, "/run/web.token", "")
//	}
//	client := &fleetca.Client{Address: "ca.fleet.example:8443", TrustDomain: "fleet.example", Files: files}
//	go client.KeepRenewed(ctx, func(err error) { log.Print(err) })
//	config := fleetca.Follow(files).ServerConfig() // its handshakes show what was renewed
//
// A service beside `fleetca agent` needs follow.go alone. All is for any goroutine.
package fleetca

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "fleetca.example/fleetcav1"
)

// Error is what the CA refused or could not do. Reason is a word of fleetca's list of errors, or "".
type Error struct {
	Code       codes.Code
	Reason     string
	RetryAfter time.Duration
	message    string
}

func (e *Error) Error() string { return e.message }

func explain(err error, address string) *Error {
	said := status.Convert(err)
	out := &Error{Code: said.Code(), message: said.Message()}
	for _, detail := range said.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			out.Reason = detail.Reason
		case *errdetails.RetryInfo:
			out.RetryAfter = within(0, detail.RetryDelay.AsDuration(), time.Hour)
		}
	}
	if out.Reason == "" {
		out.message = fmt.Sprintf("the CA at %s was not reached, or is not the CA: %s", address, out.message)
	}
	return out
}

// What may succeed a little later.
var passes = map[codes.Code]bool{codes.Unavailable: true, codes.DeadlineExceeded: true, codes.ResourceExhausted: true}

// Whom a call is to. Without an identity anybody will do, and nothing secret is said.
type server struct {
	address, identity string
	roots             *x509.CertPool
	own               *tls.Certificate
}

func identityOf(trustDomain string) string { return "spiffe://" + trustDomain + "/svc/fleetca" }

// One call, repeated with the request's own request_id until the context's deadline.
func (s server) call(ctx context.Context, method string, request, response proto.Message) error {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true} // VerifyConnection does
	if s.identity != "" {
		host, _, _ := net.SplitHostPort(s.address)
		config.VerifyConnection = func(state tls.ConnectionState) error {
			return verifyServer(state, s.roots, host, s.identity)
		}
	}
	if s.own != nil {
		config.Certificates = []tls.Certificate{*s.own}
	}
	connection, err := grpc.Dial(s.address, grpc.WithTransportCredentials(credentials.NewTLS(config)), grpc.WithNoProxy())
	if err != nil {
		return err
	}
	defer connection.Close()
	for delay := 100 * time.Millisecond; ; delay = within(0, 2*delay, 5*time.Second) {
		attempt, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := connection.Invoke(attempt, "/fleetca.v1.CertificateAuthorityService/"+method, request, response)
		cancel()
		if err == nil {
			return nil
		}
		failed := explain(err, s.address)
		wait := failed.RetryAfter + time.Duration((0.5+fraction()/2)*float64(delay))
		deadline, bounded := ctx.Deadline()
		if !passes[failed.Code] || (bounded && time.Now().Add(wait).After(deadline)) || !sleep(ctx, wait) {
			return failed
		}
	}
}

// The key, its certificate and the chain, PEM.
func issue(ctx context.Context, server server, by asked, profile, identity string) ([]byte, error) {
	issued := &pb.IssueCertificateResponse{}
	err := server.call(ctx, "IssueCertificate", &pb.IssueCertificateRequest{Profile: profile, Identity: identity,
		Csr: &pb.IssueCertificateRequest_CsrDer{CsrDer: by.csr}, RequestId: by.id}, issued)
	if err != nil {
		return nil, err
	}
	return bundle(by.key, append([][]byte{issued.Certificate.GetCertificateDer()}, issued.ChainDer...))
}

// Between 0 and 1, another one on each host.
func fraction() float64 { return float64(binary.BigEndian.Uint32(random(4))) / (1 << 32) }

// Bootstrap has the first certificate made, for a join token or a JWT, which nobody sees before he has shown to be the
// CA: by the SHA-256 of its root, and its identity.
func Bootstrap(ctx context.Context, files Files, address, trustDomain, rootSHA256, tokenFile, profile string) error {
	stranger, said := server{address: address}, &pb.GetTrustBundleResponse{}
	if err := stranger.call(ctx, "GetTrustBundle", &pb.GetTrustBundleRequest{}, said); err != nil {
		return err
	}
	var root []byte
	for _, der := range said.RootsDer {
		if sum := sha256.Sum256(der); hex.EncodeToString(sum[:]) == strings.ToLower(strings.ReplaceAll(rootSHA256, ":", "")) {
			root = toPEM(der)
		}
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(root) {
		return fmt.Errorf("what answers at %s does not have the root with SHA-256 %s: somebody may be in between, or the "+
			"fingerprint is another CA's. No token was sent", address, rootSHA256)
	}
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return err
	}
	shown := metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+strings.TrimSpace(string(token)))
	by, err := keptAsked(files.request())
	if err != nil {
		return err
	}
	contents, err := issue(shown, server{address, identityOf(trustDomain), roots, nil}, by, profile, "")
	var refused *Error
	if errors.As(err, &refused) && strings.HasPrefix(refused.Reason, "REQUEST_ID_") {
		os.Remove(files.request()) // no answer comes to it any more, so the next call asks anew
	}
	if err != nil {
		return err
	}
	if err = write(files.Roots, root, 0o644); err != nil {
		return err
	}
	if err = write(files.Credential, contents, 0o600); err != nil {
		return err
	}
	return os.Remove(files.request())
}

// Client calls the CA by the certificate in its files, as it is at each call.
type Client struct {
	Address, TrustDomain string
	Files                Files
}

func (c *Client) server() (server, error) {
	own, roots, err := c.Files.read()
	return server{c.Address, identityOf(c.TrustDomain), roots, own}, err
}

// Issue gives another certificate, which the own one's holder may have: its key, certificate and chain, PEM.
func (c *Client) Issue(ctx context.Context, profile, identity string) ([]byte, error) {
	server, err := c.server()
	if err != nil {
		return nil, err
	}
	by, err := newAsked()
	if err != nil {
		return nil, err
	}
	return issue(ctx, server, by, profile, identity)
}

// Renew puts the next certificate, for the same key, in the place of the own one.
func (c *Client) Renew(ctx context.Context) error {
	server, err := c.server()
	if err != nil {
		return err
	}
	renewed := &pb.RenewCertificateResponse{}
	if err = server.call(ctx, "RenewCertificate", &pb.RenewCertificateRequest{RequestId: random(16)}, renewed); err != nil {
		return err
	}
	contents, err := bundle(server.own.PrivateKey, append([][]byte{renewed.Certificate.GetCertificateDer()}, renewed.ChainDer...))
	if err != nil {
		return err
	}
	return write(c.Files.Credential, contents, 0o600)
}

// RenewalInfo says when the CA wants the own certificate renewed.
func (c *Client) RenewalInfo(ctx context.Context) (*pb.RenewalInfo, error) {
	server, err := c.server()
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(server.own.Certificate[0])
	if err != nil {
		return nil, err
	}
	said := &pb.GetRenewalInfoResponse{}
	serials := [][]byte{leaf.SerialNumber.FillBytes(make([]byte, 20))}
	if err = server.call(ctx, "GetRenewalInfo", &pb.GetRenewalInfoRequest{SerialNumbers: serials}, said); err != nil {
		return nil, err
	}
	if len(said.Results) != 1 || said.Results[0].GetInfo() == nil {
		return nil, errors.New("the CA does not know the certificate that this host holds; enroll anew")
	}
	return said.Results[0].GetInfo(), nil
}

// RefreshRoots trusts what the CA says from now on, unless its server does not chain to that.
func (c *Client) RefreshRoots(ctx context.Context) error {
	server, err := c.server()
	if err != nil {
		return err
	}
	said := &pb.GetTrustBundleResponse{}
	if err = server.call(ctx, "GetTrustBundle", &pb.GetTrustBundleRequest{}, said); err != nil {
		return err
	}
	roots := toPEM(said.RootsDer...)
	if before, _ := os.ReadFile(c.Files.Roots); bytes.Equal(before, roots) {
		return nil
	}
	server.roots = x509.NewCertPool()
	server.roots.AppendCertsFromPEM(roots)
	if err = server.call(ctx, "GetTrustBundle", &pb.GetTrustBundleRequest{}, said); err != nil {
		return err
	}
	return write(c.Files.Roots, roots, 0o644)
}

// KeepRenewed renews in the window that the CA gives, until the context ends. `failed` hears of what goes wrong.
func (c *Client) KeepRenewed(ctx context.Context, failed func(error)) {
	place, wait, delay := fraction(), time.Duration(0), time.Duration(0)
	for sleep(ctx, wait) {
		attempt, cancel := context.WithTimeout(ctx, 30*time.Second)
		info, err := c.RenewalInfo(attempt)
		if err == nil {
			start, length := info.WindowStart.AsTime(), info.WindowEnd.AsTime().Sub(info.WindowStart.AsTime())
			wait = within(time.Second, length/10, time.Minute) // whatever the CA says, it is not asked without end
			// The wall clock decides, as a host may have slept; the place in the window is drawn once a certificate.
			if time.Now().Round(0).After(start.Add(time.Duration(place * float64(length)))) {
				if err = c.Renew(attempt); err == nil {
					place = fraction()
				}
			}
			if err == nil {
				err = c.RefreshRoots(attempt)
			}
		}
		cancel()
		if err == nil {
			delay = 0
			continue
		}
		failed(err)
		delay = within(time.Second, 2*delay, time.Minute)
		wait = waitAfter(err, delay)
	}
}

// Not before the CA wants to be asked again.
func waitAfter(err error, delay time.Duration) time.Duration {
	var said *Error
	if errors.As(err, &said) && said.RetryAfter > delay {
		return said.RetryAfter
	}
	return time.Duration((0.5 + fraction()/2) * float64(delay))
}
