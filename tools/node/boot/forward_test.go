package main

import (
	"io"
	"net"
	"strings"
	"testing"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func TestAnAnswerArrivesAfterTheQuestionHasEnded(t *testing.T) {
	inside, outside := listen(t), listen(t)
	go forward(outside, inside.Addr().String())
	go func() {
		connection, err := inside.Accept()
		if err != nil {
			return
		}
		question, _ := io.ReadAll(connection)
		_, _ = io.WriteString(connection, strings.ToUpper(string(question)))
		connection.Close()
	}()

	connection, err := net.Dial("tcp", outside.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, "question")
	_ = connection.(*net.TCPConn).CloseWrite()

	answer, err := io.ReadAll(connection)
	if err != nil || string(answer) != "QUESTION" {
		t.Errorf("answer is %q (%v), expected QUESTION", answer, err)
	}
}

func TestAConnectionEndsWhenNothingListensInside(t *testing.T) {
	inside, outside := listen(t), listen(t)
	address := inside.Addr().String()
	inside.Close()
	go forward(outside, address)

	connection, err := net.Dial("tcp", outside.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if answer, err := io.ReadAll(connection); len(answer) != 0 {
		t.Errorf("answer is %q (%v), expected the end", answer, err)
	}
}
