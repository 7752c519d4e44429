package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// target is a request that is made over and over.
type target struct {
	name    string
	on      *subject
	request []byte
}

// subject is a process that answers, and what its answers cost.
type subject struct {
	addr string
	cpu  func() (time.Duration, error)
}

// sample is what came of a slice of time.
type sample struct {
	requests  int
	wall, cpu time.Duration
	latencies []time.Duration
}

func (s sample) rate() float64 { return float64(s.requests) / s.wall.Seconds() }

// cost is the processor time of a request.
func (s sample) cost() time.Duration { return s.cpu / time.Duration(max(1, s.requests)) }

// quantile returns the time within which that share of the requests was answered.
func (s sample) quantile(share float64) time.Duration {
	if len(s.latencies) == 0 {
		return 0
	}
	slices.Sort(s.latencies)
	return s.latencies[min(len(s.latencies)-1, int(share*float64(len(s.latencies))))]
}

func (s *sample) add(t sample) {
	s.requests += t.requests
	s.wall += t.wall
	s.cpu += t.cpu
	s.latencies = append(s.latencies, t.latencies...)
}

// load asks a target over so many connections for a slice of time. The client takes a core from what
// it measures, so it does as little as it can: the request is made beforehand and of the answer only
// the status and the length are read.
func load(ctx context.Context, t target, conns int, slice time.Duration) (sample, error) {
	return loadAll(ctx, slices.Repeat([]target{t}, conns), slice)
}

// loadAll asks several targets of one subject, each over a connection of its own.
func loadAll(ctx context.Context, targets []target, slice time.Duration) (sample, error) {
	on := targets[0].on
	ctx, cancel := context.WithTimeout(ctx, slice)
	defer cancel()
	before, err := on.cpu()
	if err != nil {
		return sample{}, err
	}
	start := time.Now()
	var mu sync.Mutex
	var total sample
	var failed error
	var all sync.WaitGroup
	for _, t := range targets {
		all.Go(func() {
			latencies, err := ask(ctx, t)
			mu.Lock()
			defer mu.Unlock()
			total.latencies = append(total.latencies, latencies...)
			failed = errors.Join(failed, err)
		})
	}
	all.Wait()
	total.wall, total.requests = time.Since(start), len(total.latencies)
	after, err := on.cpu()
	total.cpu = after - before
	if err = errors.Join(err, failed); err != nil {
		err = fmt.Errorf("bench: %s: %w", targets[0].name, err)
	}
	return total, err
}

// ask asks over one connection until the time is over, and at least once. A server that closes the
// connection gets another one.
func ask(ctx context.Context, t target) ([]time.Duration, error) {
	c, err := net.Dial("tcp", t.on.addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }() // the last one
	r := bufio.NewReaderSize(c, 64<<10)
	var latencies []time.Duration
	for first := true; first || ctx.Err() == nil; first = false {
		start := time.Now()
		if _, err := c.Write(t.request); err != nil {
			return latencies, err
		}
		closed, err := passOver(r)
		if err != nil {
			return latencies, err
		}
		if closed {
			next, err := net.Dial("tcp", t.on.addr)
			if err != nil {
				return latencies, err
			}
			_ = c.Close() // nothing is under way in it
			c = next
			r.Reset(c)
		}
		latencies = append(latencies, time.Since(start))
	}
	return latencies, nil
}

// errAnswer is an answer that is no success.
var errAnswer = errors.New("answered")

// passOver reads an answer to its end, and says whether the server closes the connection after it.
// Anything but success is an error: what is refused is fast.
func passOver(r *bufio.Reader) (closed bool, err error) {
	status, err := r.ReadSlice('\n')
	if err != nil {
		return false, err
	}
	if len(status) < 12 || status[9] != '2' && status[9] != '3' {
		return false, fmt.Errorf("%w: %q", errAnswer, bytes.TrimSpace(status))
	}
	length, chunked := 0, false
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return false, err
		}
		if len(line) <= 2 {
			break
		}
		if v, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			length, err = strconv.Atoi(string(bytes.TrimSpace(v)))
		} else if bytes.HasPrefix(line, []byte("Transfer-Encoding: chunked")) {
			chunked = true
		} else if bytes.HasPrefix(line, []byte("Connection: close")) {
			closed = true
		}
		if err != nil {
			return false, err
		}
	}
	if chunked {
		return closed, passChunks(r)
	}
	_, err = r.Discard(length)
	return closed, err
}

func passChunks(r *bufio.Reader) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(line)), 16, 32)
		if err != nil {
			return err
		}
		if _, err := r.Discard(int(size) + 2); err != nil || size == 0 {
			return err
		}
	}
}

// interleave measures targets in turn, slice by slice, so that what else the machine does falls on
// all of them.
func interleave(ctx context.Context, c Config, targets []target) (map[string]sample, error) {
	out := map[string]sample{}
	for range c.Rounds {
		for _, t := range targets {
			s, err := load(ctx, t, c.Conns, c.Slice)
			if err != nil {
				return nil, err
			}
			sum := out[t.name]
			sum.add(s)
			out[t.name] = sum
		}
	}
	return out, nil
}

// request is the bytes of a GET.
func request(host, path, cookie string, headers ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept-Language: nl\r\n", path, host)
	if cookie != "" {
		fmt.Fprintf(&b, "Cookie: %s\r\n", cookie)
	}
	for _, h := range headers {
		_, _ = io.WriteString(&b, h+"\r\n") // a buffer takes everything
	}
	_, _ = io.WriteString(&b, "\r\n")
	return b.Bytes()
}
