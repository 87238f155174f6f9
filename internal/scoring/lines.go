package scoring

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"plainclothes/internal/programme"
)

// MaxLine is the longest line that ScoreLines reads, in bytes without its end.
const MaxLine = 1 << 20

const (
	batchBytes = 128 << 10
	batchLines = 512
)

// ScoreLines scores one visit a line: JSON lines in, JSON lines out, in the same order. With trace each result carries
// its arithmetic. A line that is no visit of the programme (or is longer than MaxLine) gives {"error": …, "line": n},
// and all others are still scored; empty lines are passed over. Lines counts what was answered, bad those with an
// error; err is an error of reading or writing, after which nothing more is written.
//
// Visits are scored side by side on all processors. What was read is answered at once when r has no more for the
// moment, so a program at the other end of a pipe may wait for each answer.
func ScoreLines(p *programme.Programme, r io.Reader, w io.Writer, trace bool) (lines, bad int, err error) {
	run := &lineRun{
		c: Compile(p), trace: trace, work: make(chan *batch), out: make(chan *batch, 2*runtime.GOMAXPROCS(0)),
	}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(run.score)
	}
	var readErr error
	workers.Go(func() { readErr = run.read(r) })
	lines, bad, err = run.write(w)
	workers.Wait()
	if err == nil {
		err = readErr
	}
	return lines, bad, err
}

// lineRun is one run of ScoreLines: read → work → score, and read → out → write in the order of reading.
type lineRun struct {
	c       *Checklist
	trace   bool
	work    chan *batch
	out     chan *batch
	stopped atomic.Bool // writing failed
	free    sync.Pool   // of *batch
}

// batch is some lines and then their answers.
type batch struct {
	src     []byte
	lines   []lineSpan
	answers []byte
	bad     int
	done    chan struct{}
}

type lineSpan struct {
	start, end int
	number     int
	tooLong    bool
}

func (run *lineRun) batch() *batch {
	b, ok := run.free.Get().(*batch)
	if !ok {
		b = &batch{}
	}
	*b = batch{src: b.src[:0], lines: b.lines[:0], answers: b.answers[:0], done: make(chan struct{})}
	return b
}

func (run *lineRun) read(r io.Reader) error {
	defer close(run.out)
	defer close(run.work)
	in := bufio.NewReaderSize(r, batchBytes)
	b := run.batch()
	for number := 1; ; number++ {
		err := b.readLine(in, number)
		ended := err != nil
		if ended || in.Buffered() == 0 || len(b.src) >= batchBytes || len(b.lines) >= batchLines {
			run.send(b)
			b = run.batch()
		}
		switch {
		case errors.Is(err, io.EOF), run.stopped.Load():
			return nil
		case ended:
			return fmt.Errorf("read line %d: %w", number, err)
		}
	}
}

// send hands a batch over; nobody ever stops taking, so it cannot hang.
func (run *lineRun) send(b *batch) {
	if len(b.lines) > 0 {
		run.work <- b
		run.out <- b
	}
}

// readLine appends one line. An empty one is passed over; of one that is too long nothing is kept but its number; one
// that ends in an error other than the end of the input is dropped.
func (b *batch) readLine(in *bufio.Reader, number int) error {
	span := lineSpan{start: len(b.src), number: number}
	for {
		part, err := in.ReadSlice('\n')
		if !span.tooLong {
			b.src = append(b.src, part...)
		}
		if len(b.src)-span.start > MaxLine+len("\r\n") {
			span.tooLong = true
			b.src = b.src[:span.start]
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == nil || errors.Is(err, io.EOF) {
			b.addLine(span)
		}
		return err //nolint:wrapcheck // the caller names the line
	}
}

func (b *batch) addLine(span lineSpan) {
	line := b.src[span.start:]
	if span.number == 1 { // some editors begin a file with a byte order mark
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	span.start = len(b.src) - len(line)
	line = bytes.TrimRight(line, "\r\n")
	if len(line) > MaxLine {
		span.tooLong = true
	}
	if span.end = span.start + len(line); span.tooLong || len(bytes.TrimSpace(line)) > 0 {
		b.lines = append(b.lines, span)
	}
}

func (run *lineRun) score() {
	l := newLineReader(run.c)
	for b := range run.work {
		for _, span := range b.lines {
			b.answer(l, span, run.trace)
		}
		close(b.done)
	}
}

func (b *batch) answer(l *lineReader, span lineSpan, trace bool) {
	if span.tooLong {
		b.fail(span.number, fmt.Sprintf("The line is longer than %d bytes. Write one visit a line.", MaxLine))
		return
	}
	in, problem := l.read(b.src[span.start:span.end])
	if problem != "" {
		b.fail(span.number, problem)
		return
	}
	if !trace {
		r := l.c.Score(in)
		b.answers = append(r.AppendWire(b.answers), '\n')
		return
	}
	b.answerTrace(l.c, in, span.number)
}

func (b *batch) answerTrace(c *Checklist, in Input, number int) {
	r, t := c.ScoreTrace(in)
	arithmetic, err := json.Marshal(t)
	if err != nil { // cannot be: amounts of a trace are always numbers
		b.fail(number, err.Error())
		return
	}
	b.answers = append(r.appendOpen(b.answers), `,"trace":`...)
	b.answers = append(append(b.answers, arithmetic...), '}', '\n')
}

func (b *batch) fail(number int, problem string) {
	b.bad++
	b.answers = appendText(append(b.answers, `{"error":`...), problem)
	b.answers = strconv.AppendInt(append(b.answers, `,"line":`...), int64(number), 10)
	b.answers = append(b.answers, '}', '\n')
}

// write writes the answers in the order of reading. After an error it only takes what is still coming.
func (run *lineRun) write(w io.Writer) (lines, bad int, err error) {
	for b := range run.out {
		<-b.done
		if err == nil {
			if _, err = w.Write(b.answers); err != nil {
				err = fmt.Errorf("write the results: %w", err)
				run.stopped.Store(true)
			} else {
				lines, bad = lines+len(b.lines), bad+b.bad
			}
		}
		run.free.Put(b)
	}
	return lines, bad, err
}
