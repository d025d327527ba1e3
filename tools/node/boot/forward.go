package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

// listener returns the listening socket that this process was given as a file.
//
// A socket stays in the network namespace where it was made: so the node, which has no way out,
// can be reached from outside at this one port.
func listener(file *os.File) (net.Listener, error) {
	defer file.Close()
	socket, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("%s is not a listening socket: %w", file.Name(), err)
	}
	return socket, nil
}

// forward joins every connection that the socket accepts to a new one to the address.
func forward(socket net.Listener, address string) {
	for {
		outside, err := socket.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "forward:", err)
			return
		}
		go join(outside, address)
	}
}

// join copies both directions until both have ended: one side may have said all it has to say
// and still wait for the answer.
func join(outside net.Conn, address string) {
	defer outside.Close()
	inside, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer inside.Close()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		pass(inside, outside)
	}()
	pass(outside, inside)
	<-answered
}

// pass copies one direction to its end and passes that end on.
func pass(from, to net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.(*net.TCPConn).CloseWrite()
}
