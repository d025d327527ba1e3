// Command boot is the first process of a node: it turns its namespaces into a machine of their own.
//
// It is started in new network, mount and process namespaces with the file that describes the node
// as its argument. Where the node has an API server, its standard input is a listening socket of
// the machine outside.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// node is what the file describes.
type node struct {
	Root       overlay     `json:"root"`
	Mounts     []mount     `json:"mounts"`
	Logs       string      `json:"logs"`    // folder, inside
	Forward    string      `json:"forward"` // address that connections to the socket go to, or none
	Components []component `json:"components"`
}

func main() {
	if err := boot(); err != nil {
		fmt.Fprintln(os.Stderr, "boot:", err)
		os.Exit(1)
	}
}

func boot() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: boot NODE.json")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		return err
	}
	var n node
	if err := json.Unmarshal(text, &n); err != nil {
		return fmt.Errorf("%s: %w", os.Args[1], err)
	}
	if n.Forward != "" {
		socket, err := listener(os.Stdin)
		if err != nil {
			return err
		}
		go forward(socket, n.Forward)
	}
	if err := enter(n.Root, n.Mounts); err != nil {
		return err
	}
	// Pods of other nodes and Services are reached by routing.
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0); err != nil {
		return err
	}
	return supervise(n.Components, n.Logs)
}
