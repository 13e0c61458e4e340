package transfer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/contatore/contatore/internal/fault"
)

// maxRow is the longest row in bytes; a longer one is rejected unread.
const maxRow = 1 << 20

// row is one event as it stands in the input.
type row struct {
	// line holds the row's first character; the first line is 1.
	line int
	// place tells equal rows apart: the line, or in an array, whose elements
	// may share a line, the element's number.
	place int
	// text is the row without its line end.
	text string
	// cells are of CSV only.
	cells []string
	// flaw is the sentence on why the row can't be read; empty for none.
	flaw string
}

// reader reads rows off the uncompressed input. Between from and to lies the
// part of buf that was read and not yet taken.
type reader struct {
	in       io.Reader
	buf      []byte
	from, to int
	// err ended the input: io.EOF, or what broke it.
	err  error
	line int
	// next is the format's way to the next row; its error is io.EOF after the
	// last one.
	next func() (row, error)
	// header are the columns of CSV, nil else.
	header    []string
	delimiter byte
	elements  int
}

// open finds the format by the content. The errors are faults.
func open(in io.Reader) (*reader, error) {
	buffered := bufio.NewReaderSize(in, 64<<10)
	in = buffered
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) { // RFC 1952, section 2.3.1
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "The input begins like gzip but is none.")
		}
		in = unzipped
	}
	r := &reader{in: in, buf: make([]byte, 64<<10), line: 1}
	r.next = r.nextLine
	for len(r.data()) < 3 && r.more() {
	}
	switch data := r.data(); {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		r.take(3)
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, fault.New(fault.Invalid, "The input is UTF-16; save it as UTF-8 and try again.")
	}
	r.skip("\r\n")
	// A tab may be CSV's, so it stays until JSON is certain.
	rest := bytes.TrimLeft(r.data(), " \t\r\n")
	for len(rest) == 0 && r.more() {
		rest = bytes.TrimLeft(r.data(), " \t\r\n")
	}
	switch {
	case len(rest) == 0, rest[0] == '{':
		return r, nil
	case rest[0] == '[':
		r.take(len(r.data()) - len(rest) + 1)
		r.next = r.nextElement
		return r, nil
	}
	if err := r.openCSV(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *reader) openCSV() error {
	for bytes.IndexByte(r.data(), '\n') < 0 && r.more() {
	}
	first, _, _ := bytes.Cut(r.data(), []byte("\n"))
	r.delimiter = delimiter(first)
	header, err := r.record()
	switch {
	case err != nil:
		return r.broken(err)
	case header.flaw != "":
		return fault.New(fault.Invalid, "The header in line %d can't be read. %s", header.line, header.flaw)
	}
	r.header = header.cells
	r.next = r.nextRecord
	return nil
}

// delimiter is the one of comma, semicolon and tab that a header has most of
// outside of quotes; the comma where none is.
func delimiter(header []byte) byte {
	best, most := byte(','), 0
	for _, d := range []byte(",;\t") {
		n, quoted := 0, false
		for _, c := range header {
			switch {
			case c == '"':
				quoted = !quoted
			case c == d && !quoted:
				n++
			}
		}
		if n > most {
			best, most = d, n
		}
	}
	return best
}

func (r *reader) data() []byte { return r.buf[r.from:r.to] }

// more reads on; false at the input's end and where maxRow bytes wait.
func (r *reader) more() bool {
	if r.err != nil || r.to-r.from >= maxRow {
		return false
	}
	if r.to == len(r.buf) {
		buf := r.buf
		if r.from < len(buf)/2 {
			buf = make([]byte, 2*len(buf))
		}
		r.to = copy(buf, r.data())
		r.from, r.buf = 0, buf
	}
	n, err := r.in.Read(r.buf[r.to:])
	r.to += n
	r.err = err
	return true
}

// take moves past n bytes.
func (r *reader) take(n int) {
	r.line += bytes.Count(r.buf[r.from:r.from+n], []byte("\n"))
	r.from += n
}

// skip moves past these characters and returns the one that follows, 0 at the
// end.
func (r *reader) skip(characters string) byte {
	for {
		rest := bytes.TrimLeft(r.data(), characters)
		r.take(len(r.data()) - len(rest))
		if len(rest) > 0 {
			return rest[0]
		}
		if !r.more() {
			return 0
		}
	}
}

// skipLine moves past the next line end.
func (r *reader) skipLine() {
	for {
		if n := bytes.IndexByte(r.data(), '\n'); n >= 0 {
			r.take(n + 1)
			return
		}
		r.take(len(r.data()))
		if !r.more() {
			return
		}
	}
}

// row takes size bytes as one row.
func (r *reader) row(size int) row {
	text := bytes.TrimSuffix(bytes.TrimSuffix(r.data()[:size], []byte("\n")), []byte("\r"))
	taken := row{line: r.line, place: r.line, text: string(text)}
	r.take(size)
	if !utf8.ValidString(taken.text) {
		taken.flaw = "The row is not valid UTF-8."
	}
	return taken
}

// tooLong takes the line that doesn't fit, of which the row keeps the start.
func (r *reader) tooLong() row {
	taken := row{line: r.line, place: r.line, text: string(r.data()[:256]), flaw: fmt.Sprintf("The row is longer than %d MiB.", maxRow>>20)}
	r.skipLine()
	return taken
}

// nextLine is the next line that isn't blank.
func (r *reader) nextLine() (row, error) {
	for {
		n := bytes.IndexByte(r.data(), '\n')
		for n < 0 && r.more() {
			n = bytes.IndexByte(r.data(), '\n')
		}
		var taken row
		switch {
		case n >= 0:
			taken = r.row(n + 1)
		case r.err == nil:
			return r.tooLong(), nil
		case !errors.Is(r.err, io.EOF):
			return row{}, r.err
		case len(r.data()) == 0:
			return row{}, io.EOF
		default:
			taken = r.row(len(r.data()))
		}
		if len(bytes.TrimSpace([]byte(taken.text))) > 0 {
			return taken, nil
		}
	}
}

// nextElement is the next of an array's elements.
func (r *reader) nextElement() (row, error) {
	c := r.skip(" \t\r\n")
	if c == ',' && r.elements > 0 {
		r.take(1)
		c = r.skip(" \t\r\n")
	}
	if c == ']' {
		r.take(1)
		if c = r.skip(" \t\r\n"); c != 0 {
			return row{}, fault.New(fault.Invalid, "Line %d goes on after the array's end.", r.line)
		}
		return row{}, r.end()
	}
	size := element(r.data())
	for size == 0 && r.more() {
		size = element(r.data())
	}
	switch {
	case size > 0:
	case r.err == nil:
		return row{}, fault.New(fault.Invalid, "The array's element in line %d is longer than %d MiB, or has no end.", r.line, maxRow>>20)
	case !errors.Is(r.err, io.EOF):
		return row{}, r.err
	default:
		return row{}, io.ErrUnexpectedEOF
	}
	r.elements++
	taken := r.row(size)
	taken.place = r.elements
	return taken, nil
}

// end is io.EOF, or what broke the input.
func (r *reader) end() error {
	if r.err == nil {
		return io.EOF
	}
	return r.err
}

// element is the size of the array element that data begins with; 0 where data
// does not hold it all.
func element(data []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case (c == '}' || c == ']') && depth > 0:
			if depth--; depth == 0 {
				return i + 1
			}
		case depth == 0 && (c == ',' || c == ']'):
			return max(i, 1)
		}
	}
	return 0
}

// nextRecord is the next record of CSV in which anything stands.
func (r *reader) nextRecord() (row, error) {
	for {
		taken, err := r.record()
		if err != nil {
			return row{}, err
		}
		blank := taken.flaw == ""
		for _, cell := range taken.cells {
			blank = blank && cell == ""
		}
		if blank {
			continue
		}
		if taken.flaw == "" && len(taken.cells) != len(r.header) {
			taken.flaw = fmt.Sprintf("The row has %d cells, the header %d.", len(taken.cells), len(r.header))
		}
		return taken, nil
	}
}

// record takes one record, RFC 4180 with any of the delimiters. One that is
// broken costs its first line only: the next line is a record again.
func (r *reader) record() (row, error) {
	for {
		cells, size, flaw := record(r.data(), r.delimiter, errors.Is(r.err, io.EOF))
		switch {
		case size > 0:
			taken := r.row(size)
			taken.cells = cells
			return taken, nil
		case flaw == "" && r.more():
			continue
		case flaw == "" && r.err != nil && !errors.Is(r.err, io.EOF):
			return row{}, r.err
		case len(r.data()) == 0:
			return row{}, io.EOF
		}
		n := bytes.IndexByte(r.data(), '\n') + 1
		switch {
		case n > 0:
		case r.more():
			continue
		case r.err == nil:
			return r.tooLong(), nil
		default:
			n = len(r.data())
		}
		taken := r.row(n)
		if taken.flaw = flaw; flaw == "" {
			taken.flaw = fmt.Sprintf("A quoted cell has no end within %d MiB.", maxRow>>20)
		}
		return taken, nil
	}
}

// record cuts the record that data begins with into cells; last says that no
// data follows. A size of 0 without a flaw asks for more data.
func record(data []byte, delimiter byte, last bool) (cells []string, size int, flaw string) {
	for i := 0; len(data) > 0; i++ {
		if i == len(data) || data[i] != '"' {
			n := i + bytes.IndexAny(data[i:], string([]byte{delimiter, '\n'}))
			if n < i {
				if !last {
					return nil, 0, ""
				}
				return append(cells, string(bytes.TrimSuffix(data[i:], []byte("\r")))), len(data), ""
			}
			cell := data[i:n]
			if i = n; data[n] == '\n' {
				return append(cells, string(bytes.TrimSuffix(cell, []byte("\r")))), n + 1, ""
			}
			cells = append(cells, string(cell))
			continue
		}
		var cell []byte
		for open := true; open; {
			n := bytes.IndexByte(data[i+1:], '"')
			if n < 0 {
				if last {
					flaw = "A quoted cell has no end."
				}
				return nil, 0, flaw
			}
			cell = append(cell, data[i+1:i+1+n]...)
			if i += n + 2; i < len(data) && data[i] == '"' {
				cell = append(cell, '"')
				continue
			}
			open = false
		}
		cells = append(cells, string(cell))
		rest := data[i:]
		switch {
		case len(rest) == 0 || len(rest) == 1 && rest[0] == '\r':
			if last {
				return cells, len(data), ""
			}
			return nil, 0, ""
		case rest[0] == '\n':
			return cells, i + 1, ""
		case bytes.HasPrefix(rest, []byte("\r\n")):
			return cells, i + 2, ""
		case rest[0] != delimiter:
			return nil, 0, "A quoted cell goes on after its closing quote."
		}
	}
	return nil, 0, ""
}

// broken turns what ended the input early into a fault.
func (r *reader) broken(err error) error {
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault.Wrap(err, fault.Invalid, "The input is cut off at line %d.", r.line)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return fault.Wrap(err, fault.Invalid, "The gzip input is damaged at line %d.", r.line)
	default:
		return fault.Wrap(err, fault.Invalid, "The input can't be read on at line %d.", r.line)
	}
}
