package transfer

import (
	"bufio"
	"io"
	"strings"
)

// csvWriter writes RFC 4180: comma, CRLF, quotes where needed. It keeps the
// first error and writes nothing after it.
type csvWriter struct {
	to  *bufio.Writer
	err error
}

func newCSV(w io.Writer) *csvWriter { return &csvWriter{to: bufio.NewWriterSize(w, 32<<10)} }

func (c *csvWriter) row(cells ...string) {
	for i, cell := range cells {
		if i > 0 {
			c.write(",")
		}
		// A row of one empty cell would be an empty line, which readers skip.
		if strings.ContainsAny(cell, ",\"\r\n") || strings.TrimSpace(cell) != cell || cell == "" && len(cells) == 1 {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		c.write(cell)
	}
	c.write("\r\n")
}

func (c *csvWriter) write(text string) {
	if c.err == nil {
		_, c.err = c.to.WriteString(text)
	}
}

func (c *csvWriter) flush() error {
	if c.err == nil {
		c.err = c.to.Flush()
	}
	return c.err
}

// guarded puts an apostrophe before a text that a spreadsheet would run. What is
// nothing but + and digits, a phone number, stays as it is: there is nothing to
// run in it.
func guarded(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) || strings.Trim(text, "+0123456789") == "" {
		return text
	}
	return "'" + text
}
