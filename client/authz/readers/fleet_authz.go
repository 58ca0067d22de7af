// Package readers reads fleetca's FleetAuthz extension: who the peer is and what it may do.
//
// Reader.Read verifies the whole chain itself. TLS has to prove that the peer has the key, and must be told so:
//
//	config := &tls.Config{ClientAuth: tls.RequireAnyClientCert, SessionTicketsDisabled: true, ...}
//
// RequireAndVerifyClientCert does no harm where ClientCAs are the same roots. Do not set GODEBUG=x509sha1=1.
//
// It does not know of revocations: a revoked certificate counts until it expires.
package readers

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"regexp"
	"sort"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	token  = regexp.MustCompile(`^[a-z0-9][a-z0-9._/-]{0,63}$`)
	value  = regexp.MustCompile("^[^\x00-\x1f\x7f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]{1,128}$")
	spiffe = regexp.MustCompile(`^spiffe://([a-z0-9._-]+)(/[A-Za-z0-9._-]+)+$`)
	dots   = regexp.MustCompile(`/\.\.?(/|$)`)
	known  = regexp.MustCompile(`^2\.5\.29\.(15|17|19|37)$`) // critical extensions that are applied

	errIdentity = errors.New("the certificate is nobody's identity here and now")
)

// Grants says what the peer may do; x509/testdata/README.md of fleetca explains the states.
type Grants struct {
	Identity, State string
	PolicyRevision  int64
	Roles, Audience []string // Audience is nil where the grants count everywhere
	Attributes      map[string]string
	NotAfter        time.Time
}

// Reader has what the asking service knows: the deployment's OID and roots, its own trust domain and name.
type Reader struct {
	OID                   asn1.ObjectIdentifier
	Roots                 *x509.CertPool // listed for authorization, whatever else TLS trusts; nil lists none
	TrustDomain, Audience string
	MinimumPolicyRevision int64
}

// What encoding/asn1 writes of this is what fleetca writes.
type fleetAuthz struct {
	Version, PolicyRevision int64
	Roles                   []asn1.RawValue
	Audience                []asn1.RawValue   `asn1:"optional,omitempty,tag:0"`
	Attributes              [][]asn1.RawValue `asn1:"optional,omitempty,tag:1"`
}

// texts returns the strings; not ok unless each has this form and, where ascending, they ascend.
func texts(raw []asn1.RawValue, most int, form *regexp.Regexp, ascending bool) (all []string, ok bool) {
	for i, one := range raw {
		all = append(all, string(one.Bytes))
		if one.FullBytes[0] != asn1.TagUTF8String || !utf8.Valid(one.Bytes) || !form.Match(one.Bytes) || ascending && i > 0 && all[i] <= all[i-1] {
			return nil, false
		}
	}
	return all, len(all) <= most
}

// ParseFleetAuthz takes the extension's contents, exactly as fleetca writes them.
func ParseFleetAuthz(der []byte) (*Grants, error) {
	var read fleetAuthz
	_, err := asn1.Unmarshal(der, &read)
	again, _ := asn1.Marshal(read) // so whatever Go forgives is found
	roles, okRoles := texts(read.Roles, 32, token, true)
	audience, ok := texts(read.Audience, 16, token, true)
	attributes, names := map[string]string{}, []asn1.RawValue{}
	for _, pair := range read.Attributes {
		both, okPair := texts(pair, 2, value, false)
		if ok = ok && okPair && len(both) == 2; ok {
			attributes[both[0]], names = both[1], append(names, pair[0])
		}
	}
	if _, okNames := texts(names, 16, token, true); err != nil || !bytes.Equal(der, again) || len(der) > 4096 ||
		read.Version != 1 || read.PolicyRevision < 0 || !ok || !okRoles || !okNames {
		return &Grants{State: "unreadable"}, errors.New("FleetAuthz: not what fleetca writes")
	}
	return &Grants{State: "granted", PolicyRevision: read.PolicyRevision, Roles: roles, Audience: audience, Attributes: attributes}, nil
}

// uris are the URI names of a certificate as they stand: in those of crypto/x509 "SPIFFE" is "spiffe", and "#" gone.
func uris(one *x509.Certificate) (all []string) {
	var names []asn1.RawValue
	for _, extension := range one.Extensions {
		if extension.Id.String() == "2.5.29.17" {
			asn1.Unmarshal(extension.Value, &names)
		}
	}
	for _, name := range names {
		if name.Class == asn1.ClassContextSpecific && name.Tag == 6 {
			all = append(all, string(name.Bytes))
		}
	}
	return all
}

// sound tells whether a certificate may be in a chain, at its end or above: what Verify does not ask.
func sound(one *x509.Certificate, isLeaf bool) bool {
	ok := one.Version == 3 && one.IsCA != isLeaf
	switch key := one.PublicKey.(type) {
	case *rsa.PublicKey:
		ok = ok && key.N.BitLen() >= 2048 && key.N.BitLen() <= 8192 && key.E == 65537
	case *ecdsa.PublicKey:
		ok = ok && (key.Curve == elliptic.P256() || key.Curve == elliptic.P384())
	case ed25519.PublicKey:
	default:
		return false
	}
	for _, extension := range one.Extensions {
		id := extension.Id.String()
		ok = ok && (!extension.Critical || known.MatchString(id) || id == "2.5.29.30" && !isLeaf)
	}
	forClients := len(one.ExtKeyUsage)+len(one.UnknownExtKeyUsage) == 0
	for _, usage := range one.ExtKeyUsage {
		forClients = forClients || usage == x509.ExtKeyUsageClientAuth
	}
	signs := one.KeyUsage&(x509.KeyUsageCertSign|x509.KeyUsageCRLSign) != 0
	if isLeaf {
		return ok && forClients && !signs && (one.KeyUsage == 0 || one.KeyUsage&x509.KeyUsageDigitalSignature != 0)
	}
	return ok && forClients && one.KeyUsage&x509.KeyUsageCertSign != 0
}

// issued tells whether the CA may have signed the certificate, for an identity of the trust domain: what Verify
// does not ask. To it, a constraint to a host holds the hosts below it as well (RFC 5280 4.2.1.10: it does not).
func issued(ca, child *x509.Certificate, trustDomain string) bool {
	within := len(ca.PermittedURIDomains) == 0
	for _, domain := range ca.PermittedURIDomains {
		domain = strings.ToLower(domain)
		within = within || domain == trustDomain || domain[0] == '.' && strings.HasSuffix(trustDomain, domain)
	}
	switch child.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1, x509.DSAWithSHA256:
		return false
	}
	return within && (len(child.AuthorityKeyId) == 0 || len(ca.SubjectKeyId) == 0 || bytes.Equal(child.AuthorityKeyId, ca.SubjectKeyId))
}

// until is when a chain ends that is sound throughout; not ok where it is not.
func until(chain []*x509.Certificate, trustDomain string) (end time.Time, ok bool) {
	end, ok = chain[0].NotAfter, len(chain) > 1
	for i, one := range chain {
		ok = ok && sound(one, i == 0) && (i == 0 || issued(one, chain[i-1], trustDomain))
		if one.NotAfter.Before(end) {
			end = one.NotAfter
		}
	}
	return end, ok
}

// Read verifies the chain as TLS gives it (PeerCertificates). Call it for every request, as a
// connection outlives its certificate. An extension that is there twice Go's parser refuses.
func (r *Reader) Read(chain []*x509.Certificate, now time.Time) (*Grants, error) {
	if r.Roots == nil || len(chain) == 0 || len(uris(chain[0])) != 1 {
		return nil, errIdentity
	}
	match := spiffe.FindStringSubmatch(uris(chain[0])[0])
	if match == nil || match[1] != r.TrustDomain || dots.MatchString(match[0][len("spiffe://"):]) {
		return nil, errIdentity
	}
	clients := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	options := x509.VerifyOptions{Roots: r.Roots, Intermediates: x509.NewCertPool(), CurrentTime: now, KeyUsages: clients}
	for _, one := range chain[1:] {
		options.Intermediates.AddCert(one)
	}
	found, err := chain[0].Verify(options)
	for _, path := range found {
		if end, ok := until(path, r.TrustDomain); ok {
			return r.grants(chain[0], match[0], end), nil
		}
	}
	if err == nil {
		err = errIdentity
	}
	return nil, err
}

// grants are those of a leaf whose chain is verified.
func (r *Reader) grants(leaf *x509.Certificate, identity string, end time.Time) *Grants {
	grants := &Grants{State: "absent"}
	for _, one := range leaf.Extensions {
		if one.Id.Equal(r.OID) {
			grants, _ = ParseFleetAuthz(one.Value)
		}
	}
	grants.Identity, grants.NotAfter = identity, end
	at := sort.SearchStrings(grants.Audience, r.Audience)
	here := at < len(grants.Audience) && grants.Audience[at] == r.Audience
	if grants.State == "granted" && len(grants.Audience) > 0 && !here {
		grants.State = "other_audience"
	} else if grants.State == "granted" && grants.PolicyRevision < r.MinimumPolicyRevision {
		grants.State = "stale_policy"
	}
	if grants.State != "granted" {
		grants.Roles, grants.Attributes = nil, nil
	}
	return grants
}
