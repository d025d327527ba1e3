package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// component is a program that runs as long as the node does.
type component struct {
	Name    string   `json:"name"`
	Command []string `json:"command"`
	After   string   `json:"after"` // address that must accept connections first, or none
}

// supervisor keeps the components running and buries every process that lost its parent.
type supervisor struct {
	logs    string
	mutex   sync.Mutex
	running map[int]component
}

// supervise starts the components in their order and never returns while any process is left.
func supervise(components []component, logs string) error {
	s := &supervisor{logs: logs, running: map[int]component{}}
	for _, c := range components {
		if c.After == "" {
			s.start(c)
		} else {
			go func() {
				await(c.After)
				s.start(c)
			}()
		}
	}
	for {
		pid, err := unix.Wait4(-1, nil, 0, nil)
		if err != nil && err != unix.EINTR {
			return fmt.Errorf("no component is left: %w", err)
		}
		if c, ours := s.ended(pid); ours {
			fmt.Fprintln(os.Stderr, "boot:", c.Name, "ended, starting it again")
			time.AfterFunc(time.Second, func() { s.start(c) })
		}
	}
}

// start runs a component, its output added to a log file of its name.
func (s *supervisor) start(c component) {
	s.mutex.Lock() // so that the process is known before its end can be noticed
	defer s.mutex.Unlock()
	log, err := os.OpenFile(filepath.Join(s.logs, c.Name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		fmt.Fprintln(os.Stderr, "boot:", err)
		return
	}
	defer log.Close()
	command := exec.Command(c.Command[0], c.Command[1:]...)
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		fmt.Fprintln(log, "boot:", err)
		return
	}
	s.running[command.Process.Pid] = c
	_ = command.Process.Release() // supervise waits for it
}

func (s *supervisor) ended(pid int) (component, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c, ours := s.running[pid]
	delete(s.running, pid)
	return c, ours
}

func await(address string) {
	for {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			connection.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
