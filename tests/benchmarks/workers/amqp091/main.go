// Command amqp091 is amqp091-go doing the workers' job: `publish WINDOW` or `consume ACK_EVERY`.
//
// It is told the rest by the variables that the Python clients read, and prints what they print.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func main() {
	number, err := strconv.Atoi(os.Args[2])
	check(err)
	connection, err := amqp.Dial(os.Getenv("BENCH_URL"))
	check(err)
	channel, err := connection.Channel()
	check(err)
	queue := os.Getenv("BENCH_QUEUE")
	if os.Args[1] == "publish" {
		publish(channel, queue, number)
	} else {
		consume(channel, queue, number)
	}
}

func publish(channel *amqp.Channel, queue string, window int) {
	check(channel.Confirm(false))
	returned := channel.NotifyReturn(make(chan amqp.Return, 1))
	go func() {
		for range returned {
			log.Fatal("a message was returned")
		}
	}()
	body := []byte(strings.Repeat("x", int(variable("BENCH_BYTES", 256))))
	message := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: body}
	room := make(chan struct{}, window)
	unconfirmed := make(chan *amqp.DeferredConfirmation, window)
	meter := newMeter()
	go func() {
		for confirmation := range unconfirmed {
			if !confirmation.Wait() {
				log.Fatal("a message was refused")
			}
			<-room
			meter.count()
		}
	}()
	for {
		room <- struct{}{}
		confirmation, err := channel.PublishWithDeferredConfirmWithContext(
			context.Background(), "", queue, true, false, message)
		check(err)
		unconfirmed <- confirmation
	}
}

func consume(channel *amqp.Channel, queue string, ackEvery int) {
	check(channel.Qos(int(variable("BENCH_PREFETCH", 300)), 0, false))
	deliveries, err := channel.Consume(queue, "", false, false, false, false, nil)
	check(err)
	meter := newMeter()
	left := ackEvery
	for delivery := range deliveries {
		left--
		if left == 0 {
			check(delivery.Ack(ackEvery > 1))
			left = ackEvery
		}
		meter.count()
	}
	log.Fatal("the deliveries have ended")
}

// A meter does what the Python clients' Meter does.
type meter struct {
	warmUp, seconds time.Duration
	waiting         int
	total, before   int
	begun, since    time.Time
	cpu             float64
}

func newMeter() *meter {
	return &meter{
		warmUp:  time.Duration(variable("BENCH_WARM_UP", 1) * float64(time.Second)),
		seconds: time.Duration(variable("BENCH_SECONDS", 5) * float64(time.Second)),
		waiting: int(variable("BENCH_WAITING", 0)),
	}
}

func (m *meter) count() {
	m.total++
	now := time.Now()
	if m.begun.IsZero() {
		m.begun = now
	}
	if m.since.IsZero() {
		if now.Sub(m.begun) >= m.warmUp {
			m.since, m.before, m.cpu = now, m.total, processorSeconds()
		}
		return
	}
	if now.Sub(m.since) >= m.seconds || (m.waiting > 0 && m.total >= m.waiting) {
		figures, err := json.Marshal(map[string]any{
			"messages": m.total - m.before,
			"seconds":  now.Sub(m.since).Seconds(),
			"cpu":      processorSeconds() - m.cpu,
			"rss_mb":   peakMB(),
		})
		check(err)
		fmt.Println(string(figures))
		os.Exit(0)
	}
}

func processorSeconds() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / float64(time.Second)
}

func peakMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	var kilobytes float64
	if _, rest, found := strings.Cut(string(status), "VmHWM:"); found {
		_, err = fmt.Sscan(rest, &kilobytes)
		check(err)
	}
	return kilobytes / 1024
}

func variable(name string, otherwise float64) float64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.ParseFloat(text, 64)
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
