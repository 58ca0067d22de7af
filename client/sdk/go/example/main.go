// A program with the client for Go, for its test: bootstrap, issue, renew, and serve with what it renews.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"os"
	"time"

	"fleetca.example/fleetca"
)

func serve(ctx context.Context, files fleetca.Files, client *fleetca.Client) error {
	go client.KeepRenewed(ctx, func(err error) { fmt.Fprintln(os.Stderr, err) })
	listener, err := tls.Listen("tcp", "127.0.0.1:0", fleetca.Follow(files).ServerConfig())
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer connection.Close()
			_, _ = io.Copy(connection, connection)
		}()
	}
}

// As a client of the server at the address: what it says comes back.
func ask(files fleetca.Files, address, name string) error {
	connection, err := tls.Dial("tcp", address, fleetca.Follow(files).ClientConfig(name))
	if err != nil {
		return err
	}
	defer connection.Close()
	answer := make([]byte, 5)
	if _, err = connection.Write([]byte("hello")); err == nil {
		_, err = io.ReadFull(connection, answer)
	}
	fmt.Printf("%s from %x\n", answer, connection.ConnectionState().PeerCertificates[0].SerialNumber)
	return err
}

func run(verb, folder string, more []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	files := fleetca.NewFiles(folder)
	client := func() *fleetca.Client {
		return &fleetca.Client{Address: more[0], TrustDomain: "fleet.example", Files: files}
	}
	switch verb {
	case "bootstrap":
		return fleetca.Bootstrap(ctx, files, more[0], "fleet.example", more[1], more[2], "")
	case "renew":
		return client().Renew(ctx)
	case "issue":
		made, err := client().Issue(ctx, more[1], more[2])
		fmt.Print(string(made))
		return err
	case "serve":
		return serve(context.Background(), files, client())
	case "ask":
		return ask(files, more[0], more[1])
	}
	return fmt.Errorf("%q is no verb", verb)
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
