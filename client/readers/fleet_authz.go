// Package readers reads fleetca's FleetAuthz extension: who the peer is and what it may do.
package readers

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"regexp"
	"sort"
	"time"
	"unicode/utf8"
)

var (
	token  = regexp.MustCompile(`^[a-z0-9][a-z0-9._/-]{0,63}$`)
	value  = regexp.MustCompile("^[^\x00-\x1f\x7f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]{1,128}$")
	spiffe = regexp.MustCompile(`^spiffe://([a-z0-9._-]+)(/[A-Za-z0-9._-]+)+$`)
	dots   = regexp.MustCompile(`/\.\.?(/|$)`)

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
	Roots                 *x509.CertPool // listed for authorization, whatever else TLS trusts
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

// Read verifies the chain as TLS gives it (PeerCertificates). Call it for every request, as a
// connection outlives its certificate. An extension that is there twice Go's parser refuses.
func (r *Reader) Read(chain []*x509.Certificate, now time.Time) (*Grants, error) {
	if len(chain) == 0 || len(chain[0].URIs) != 1 || chain[0].IsCA {
		return nil, errIdentity
	}
	clients := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	options := x509.VerifyOptions{Roots: r.Roots, Intermediates: x509.NewCertPool(), CurrentTime: now, KeyUsages: clients}
	for _, one := range chain[1:] {
		options.Intermediates.AddCert(one)
	}
	match := spiffe.FindStringSubmatch(chain[0].URIs[0].String())
	if _, err := chain[0].Verify(options); err != nil {
		return nil, err
	} else if match == nil || match[1] != r.TrustDomain || dots.MatchString(match[0][len("spiffe://"):]) {
		return nil, errIdentity
	}
	grants := &Grants{State: "absent"}
	for _, one := range chain[0].Extensions {
		if one.Id.Equal(r.OID) {
			grants, _ = ParseFleetAuthz(one.Value)
		}
	}
	grants.Identity, grants.NotAfter = match[0], chain[0].NotAfter
	found := sort.SearchStrings(grants.Audience, r.Audience)
	here := found < len(grants.Audience) && grants.Audience[found] == r.Audience
	if grants.State == "granted" && len(grants.Audience) > 0 && !here {
		grants.State = "other_audience"
	} else if grants.State == "granted" && grants.PolicyRevision < r.MinimumPolicyRevision {
		grants.State = "stale_policy"
	}
	if grants.State != "granted" {
		grants.Roles, grants.Attributes = nil, nil
	}
	return grants, nil
}
