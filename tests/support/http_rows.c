/* SPDX-License-Identifier: MIT */
/* See http_rows.h; "theirs" is what http-parser 2.9.4 of Debian 12 does. */
#include "http_rows.h"

#include <stdlib.h>
#include <string.h>

#define ROW(number, side, input, ours, theirs)                                 \
    {                                                                          \
        number, side, 0, input, sizeof(input) - 1, NULL, ours, theirs          \
    }
#define MANY(number, side, times, input, unit, ours, theirs)                   \
    {                                                                          \
        number, side, times, input, sizeof(input) - 1, unit, ours, theirs      \
    }

const char *const http_row_titles[HTTP_ROWS + 1] = {
    [1] = "white space before the colon",
    [2] = "an octet in a name that no token has",
    [3] = "a name that begins with, or has, a space",
    [4] = "a bare LF as the end of a line",
    [5] = "a CR and another octet as the end of the fields",
    [6] = "a bare CR between two fields",
    [7] = "a bare CR in a value or behind the request line",
    [8] = "a control octet first in a value",
    [9] = "a control octet later in a value",
    [10] = "a folded field",
    [11] = "a folded Content-Length",
    [12] = "a folded Transfer-Encoding",
    [13] = "a folded Connection",
    [14] = "Content-Length and chunked",
    [15] = "Content-Length and another coding",
    [16] = "Transfer-Encoding twice, chunked first",
    [17] = "Transfer-Encoding twice, chunked last",
    [18] = "several codings",
    [19] = "a comma in quotes in Transfer-Encoding",
    [20] = "what is nearly chunked",
    [21] = "an HTAB as white space in Transfer-Encoding",
    [22] = "a name that begins with Transfer-Encoding",
    [23] = "Transfer-Encoding in HTTP/1.0",
    [24] = "a Content-Length that is no number",
    [25] = "a Content-Length with zeros in front, or above the limit",
    [26] = "Content-Length twice",
    [27] = "control octets in a chunk extension",
    [28] = "junk behind a chunk size",
    [29] = "large chunk extensions",
    [30] = "a chunk size that is no number",
    [31] = "a huge chunk size",
    [32] = "chunk data or a size without CR LF",
    [33] = "framing fields as trailers",
    [34] = "more than one space in the request line",
    [35] = "a space at the end of the request line, or in the target",
    [36] = "an octet in the target that no text has",
    [37] = "a target that is no URI, or whose form does not fit",
    [38] = "other versions",
    [39] = "what is not HTTP/",
    [40] = "unknown methods",
    [41] = "empty lines before the start line",
    [42] = "Host: none, two, a bad one",
    [43] = "CONNECT to no HOST:PORT, or with a body",
    [44] = "Upgrade, wanted or not",
    [45] = "Proxy-Connection",
    [46] = "Connection with an HTAB",
    [47] = "octets behind the last message",
    [48] = "a body that the status forbids",
    [49] = "a status that is none",
    [50] = "a large head",
    [51] = "a large target",
    [52] = "an input that ends too early",
};

/* clang-format off */
const struct http_row http_rows[] = {
    ROW(1, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length : 5\r\n"
        "\r\n" "hello", "400", "POST(hello)"),
    ROW(1, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding : chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "POST(hello)"),
    ROW(1, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length : 5\r\n" "\r\n" "hello",
        "400", "200(hello)"),
    ROW(1, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding : chunked\r\n" "\r\n"
        "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400", "200(hello)"),
    ROW(2, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "A\t: b\r\n" "\r\n", "400",
        "INVALID_HEADER_TOKEN"),
    ROW(2, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" ": b\r\n" "\r\n", "400",
        "INVALID_HEADER_TOKEN"),
    ROW(2, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "A\0: b\r\n" "\r\n", "400",
        "INVALID_HEADER_TOKEN"),
    ROW(2, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "A\x80: b\r\n" "\r\n", "400",
        "INVALID_HEADER_TOKEN"),
    ROW(2, 'r', "HTTP/1.1 200 OK\r\n" "A\t: b\r\n" "\r\n", "400",
        "INVALID_HEADER_TOKEN"),
    ROW(2, 'r', "HTTP/1.1 200 OK\r\n" ": b\r\n" "\r\n", "400",
        "INVALID_HEADER_TOKEN"),
    ROW(2, 'r', "HTTP/1.1 200 OK\r\n" "A\0: b\r\n" "\r\n", "400",
        "INVALID_HEADER_TOKEN"),
    ROW(3, 'q', "GET / HTTP/1.1\r\n" " Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(3, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo Bar: a\r\n" "\r\n",
        "400", "GET()"),
    ROW(3, 'r', "HTTP/1.1 200 OK\r\n" " Server: s\r\n" "\r\n", "400", "200()"),
    ROW(3, 'r', "HTTP/1.1 200 OK\r\n" "Foo Bar: a\r\n" "\r\n", "400", "200()"),
    ROW(4, 'q', "GET / HTTP/1.1\nHost: h\r\n" "\r\n", "400", "GET()"),
    ROW(4, 'q', "GET / HTTP/1.1\r\n" "Host: h\n\r\n", "400", "GET()"),
    ROW(4, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "\n", "400", "GET()"),
    ROW(4, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "0\r\n" "X: y\n\r\n",
        "POST( 400", "POST()"),
    ROW(4, 'r', "HTTP/1.1 200 OK\nContent-Length: 0\r\n" "\r\n", "400",
        "200()"),
    ROW(4, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 0\n\r\n", "400",
        "200()"),
    ROW(4, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\n", "400",
        "200()"),
    ROW(5, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "\rZGET /admin HTTP/1.1\r\n"
        "Host: h\r\n" "\r\n", "400", "GET() GET()"),
    ROW(5, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 5\r\n" "\rZhello", "400",
        "200(hello)"),
    ROW(6, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo:\rXBar: y\r\n" "\r\n",
        "400", "GET()"),
    ROW(6, 'r', "HTTP/1.1 200 OK\r\n" "Foo:\rXBar: y\r\n"
        "Content-Length: 5\r\n" "\r\n" "hello", "400", "200(hello)"),
    ROW(7, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo: a\rb\r\n" "\r\n",
        "400", "LF_EXPECTED"),
    ROW(7, 'q', "GET / HTTP/1.1\rHost: h\r\n" "\r\n", "400", "LF_EXPECTED"),
    ROW(7, 'r', "HTTP/1.1 200 OK\r\n" "Foo: a\rb\r\n" "\r\n", "400",
        "LF_EXPECTED"),
    ROW(8, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo: \0" "bar\r\n" "\r\n",
        "400", "GET()"),
    ROW(8, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo: \x01" "bar\r\n" "\r\n",
        "400", "GET()"),
    ROW(8, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo: \x7f" "bar\r\n" "\r\n",
        "400", "GET()"),
    ROW(8, 'r', "HTTP/1.1 200 OK\r\n" "Foo: \0" "bar\r\n"
        "Content-Length: 5\r\n" "\r\n" "hello", "400", "200(hello)"),
    ROW(9, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo: a\0" "bar\r\n" "\r\n",
        "400", "INVALID_HEADER_TOKEN"),
    ROW(9, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo: a\x01" "bar\r\n"
        "\r\n", "400", "INVALID_HEADER_TOKEN"),
    ROW(9, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo: a\x7f" "bar\r\n"
        "\r\n", "400", "INVALID_HEADER_TOKEN"),
    ROW(9, 'r', "HTTP/1.1 200 OK\r\n" "Foo: a\0" "bar\r\n"
        "Content-Length: 5\r\n" "\r\n" "hello", "400", "INVALID_HEADER_TOKEN"),
    ROW(10, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo: a\r\n" " b\r\n"
        "\r\n", "400", "GET()"),
    ROW(10, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Foo: a\r\n" "\tb\r\n"
        "\r\n", "400", "GET()"),
    ROW(10, 'r', "HTTP/1.1 200 OK\r\n" "Foo: a\r\n" " b\r\n"
        "Content-Length: 5\r\n" "\r\n" "hello", "400", "200(hello)"),
    ROW(11, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length:\r\n"
        " 5\r\n" "\r\n" "hello", "400", "POST(hello)"),
    ROW(11, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 5\r\n"
        " \r\n" "\r\n" "hello", "400", "POST(hello)"),
    ROW(11, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 1\r\n"
        " 0\r\n" "\r\n" "hello", "400", "INVALID_CONTENT_LENGTH"),
    ROW(11, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length:\r\n" " 5\r\n" "\r\n"
        "hello", "400", "200(hello)"),
    ROW(12, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Transfer-Encoding:\r\n"
        " chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400",
        "POST(hello)"),
    ROW(12, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: foo,\r\n" " chunked\r\n" "\r\n" "5\r\n" "hello\r\n"
        "0\r\n" "\r\n", "400", "POST(hello)"),
    ROW(12, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" " \r\n" "\r\n" "5\r\n" "hello\r\n"
        "0\r\n" "\r\n", "400", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(12, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding:\r\n" " chunked\r\n"
        "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400", "200(hello)"),
    ROW(13, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Connection: close\r\n"
        " \r\n" "\r\n", "400", "GET()"),
    ROW(13, 'r', "HTTP/1.1 200 OK\r\n" "Connection: close\r\n" " \r\n"
        "Content-Length: 5\r\n" "\r\n" "hello", "400", "200(hello)"),
    ROW(14, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "UNEXPECTED_CONTENT_LENGTH"),
    ROW(14, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "Content-Length: 5\r\n" "\r\n" "5\r\n"
        "hello\r\n" "0\r\n" "\r\n", "400", "UNEXPECTED_CONTENT_LENGTH"),
    ROW(14, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "UNEXPECTED_CONTENT_LENGTH"),
    ROW(14, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n"
        "Content-Length: 5\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n",
        "400", "UNEXPECTED_CONTENT_LENGTH"),
    ROW(15, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 5\r\n"
        "Transfer-Encoding: gzip\r\n" "\r\n" "hello", "400",
        "UNEXPECTED_CONTENT_LENGTH"),
    ROW(15, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: identity\r\n" "Content-Length: 5\r\n" "\r\n"
        "hello", "400", "UNEXPECTED_CONTENT_LENGTH"),
    ROW(15, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 5\r\n"
        "Transfer-Encoding: gzip\r\n" "\r\n" "hello", "400",
        "UNEXPECTED_CONTENT_LENGTH"),
    ROW(16, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "Transfer-Encoding: identity\r\n"
        "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400",
        "POST( INVALID_TRANSFER_ENCODING"),
    ROW(16, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n"
        "Transfer-Encoding: identity\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "200(5\\x0d\\x0ahello\\x0d\\x0a0\\x0d\\x0a\\x0d\\x0a)"),
    ROW(17, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: identity\r\n" "Transfer-Encoding: chunked\r\n"
        "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400", "POST(hello)"),
    ROW(17, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: identity\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "200(hello)"),
    ROW(18, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: gzip, chunked\r\n" "\r\n" "5\r\n" "hello\r\n"
        "0\r\n" "\r\n", "501", "POST(hello)"),
    ROW(18, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: identity, chunked\r\n" "\r\n" "5\r\n" "hello\r\n"
        "0\r\n" "\r\n", "501", "POST(hello)"),
    ROW(18, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked,x,chunked\r\n" "\r\n" "5\r\n" "hello\r\n"
        "0\r\n" "\r\n", "400", "POST(hello)"),
    ROW(18, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: x;a=b;c=\"d\\\"\", chunked\r\n" "\r\n" "5\r\n"
        "hello\r\n" "0\r\n" "\r\n", "501", "POST(hello)"),
    ROW(18, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: gzip, chunked\r\n"
        "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "501", "200(hello)"),
    ROW(19, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: x;a=\"b,chunked\r\n" "\r\n" "5\r\n" "hello\r\n"
        "0\r\n" "\r\n", "400", "POST(hello)"),
    ROW(19, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: x;a=\"b,chunked\r\n"
        "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400", "200(hello)"),
    ROW(20, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: xchunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(20, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: gzip\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n",
        "400", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(20, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked;q=1\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(20, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: \"chunked\"\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(20, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked, chunked\r\n" "\r\n" "5\r\n" "hello\r\n"
        "0\r\n" "\r\n", "400", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(20, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: ,chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(20, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked,\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(20, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: \x0b" "chunked\r\n" "\r\n" "5\r\n" "hello\r\n"
        "0\r\n" "\r\n", "400", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(20, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Transfer-Encoding: \r\n"
        "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400",
        "POST( INVALID_TRANSFER_ENCODING"),
    ROW(20, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: xchunked\r\n" "\r\n"
        "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400",
        "200(5\\x0d\\x0ahello\\x0d\\x0a0\\x0d\\x0a\\x0d\\x0a)"),
    ROW(20, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked;q=1\r\n"
        "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400",
        "200(5\\x0d\\x0ahello\\x0d\\x0a0\\x0d\\x0a\\x0d\\x0a)"),
    ROW(21, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: gzip,\tchunked\r\n" "\r\n" "5\r\n" "hello\r\n"
        "0\r\n" "\r\n", "501", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(21, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\t\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST(hello)", "POST( INVALID_TRANSFER_ENCODING"),
    ROW(21, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: gzip,\tchunked\r\n"
        "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "501",
        "200(5\\x0d\\x0ahello\\x0d\\x0a0\\x0d\\x0a\\x0d\\x0a)"),
    ROW(21, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: \tchunked\t \r\n"
        "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n", "200(hello)",
        "200(5\\x0d\\x0ahello\\x0d\\x0a0\\x0d\\x0a\\x0d\\x0a)"),
    ROW(22, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding-X: y\r\n" "\r\n", "POST()",
        "POST( INVALID_TRANSFER_ENCODING"),
    ROW(22, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding-X: y\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "POST(hello)", "UNEXPECTED_CONTENT_LENGTH"),
    ROW(22, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding-X: y\r\n"
        "Content-Length: 5\r\n" "\r\n" "hello", "200(hello)",
        "UNEXPECTED_CONTENT_LENGTH"),
    ROW(22, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n"
        "Transfer-Encoding-X: y\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n" "\r\n",
        "200(hello)", "200(5\\x0d\\x0ahello\\x0d\\x0a0\\x0d\\x0a\\x0d\\x0a)"),
    ROW(23, 'q', "POST / HTTP/1.0\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "POST(hello)"),
    ROW(23, 'r', "HTTP/1.0 200 OK\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "5\r\n" "hello\r\n" "0\r\n" "\r\n", "400", "200(hello)"),
    ROW(24, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 5, 5\r\n"
        "\r\n" "hello", "400", "INVALID_CONTENT_LENGTH"),
    ROW(24, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: +5\r\n"
        "\r\n" "hello", "400", "INVALID_CONTENT_LENGTH"),
    ROW(24, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: -5\r\n"
        "\r\n" "hello", "400", "INVALID_CONTENT_LENGTH"),
    ROW(24, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 0x5\r\n"
        "\r\n" "hello", "400", "INVALID_CONTENT_LENGTH"),
    ROW(24, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 5 5\r\n"
        "\r\n" "hello", "400", "INVALID_CONTENT_LENGTH"),
    ROW(24, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: \r\n"
        "\r\n" "hello", "400", "INVALID_CONTENT_LENGTH"),
    ROW(24, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Content-Length: 18446744073709551610\r\n" "\r\n" "hello", "400",
        "INVALID_CONTENT_LENGTH"),
    ROW(24, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Content-Length: 99999999999999999999\r\n" "\r\n" "hello", "400",
        "INVALID_CONTENT_LENGTH"),
    ROW(24, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 5\t\r\n"
        "\r\n" "hello", "POST(hello)", "INVALID_CONTENT_LENGTH"),
    ROW(24, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 5, 5\r\n" "\r\n"
        "hello", "400", "INVALID_CONTENT_LENGTH"),
    ROW(24, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 5\t\r\n" "\r\n" "hello",
        "200(hello)", "INVALID_CONTENT_LENGTH"),
    ROW(25, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 05\r\n"
        "\r\n" "hello", "POST(hello)", "POST(hello)"),
    ROW(25, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Content-Length: 1048577\r\n" "\r\n", "413", "POST( INVALID_EOF_STATE"),
    ROW(25, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Content-Length: 9999999999999999999\r\n" "\r\n", "413",
        "POST( INVALID_EOF_STATE"),
    ROW(25, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Content-Length: 18446744073709551609\r\n" "\r\n", "400",
        "POST( INVALID_EOF_STATE"),
    ROW(25, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 9999999999999999999\r\n"
        "\r\n", "413", "200( INVALID_EOF_STATE"),
    ROW(26, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 5\r\n"
        "Content-Length: 5\r\n" "\r\n" "hello", "400",
        "UNEXPECTED_CONTENT_LENGTH"),
    ROW(26, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 5\r\n"
        "Content-Length: 6\r\n" "\r\n" "hello", "400",
        "UNEXPECTED_CONTENT_LENGTH"),
    ROW(26, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 5\r\n"
        "Content-Length: 5\r\n" "\r\n" "hello", "400",
        "UNEXPECTED_CONTENT_LENGTH"),
    ROW(27, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;\nxx\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST(hello)"),
    ROW(27, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;a\0b\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST(hello)"),
    ROW(27, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;a=\x7f\r\n" "hello\r\n"
        "0\r\n" "\r\n", "POST( 400", "POST(hello)"),
    ROW(27, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;a=\"\x01\"\r\n" "hello\r\n"
        "0\r\n" "\r\n", "POST( 400", "POST(hello)"),
    ROW(27, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST(hello)"),
    ROW(27, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;=a\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST(hello)"),
    ROW(27, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;a=\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST(hello)"),
    ROW(27, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;a=\"b\r\n" "hello\r\n"
        "0\r\n" "\r\n", "POST( 400", "POST(hello)"),
    ROW(27, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;a;b = c\t;d=\"e;\\\"f\"\r\n"
        "hello\r\n" "0;z\r\n" "\r\n", "POST(hello)", "POST(hello)"),
    ROW(27, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "5;\nxx\r\n" "hello\r\n" "0\r\n" "\r\n", "200( 400", "200(hello)"),
    ROW(28, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5 junk\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST(hello)"),
    ROW(28, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5 6\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST(hello)"),
    ROW(28, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5 \r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST(hello)"),
    ROW(28, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "5 junk\r\n" "hello\r\n" "0\r\n" "\r\n", "200( 400", "200(hello)"),
    MANY(29, 'q', 80000, "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5;@\r\n" "hello\r\n" "0\r\n"
        "\r\n", "a", "POST( 400", "POST(hello)"),
    MANY(29, 'q', 25, "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "@5\r\n" "hello\r\n" "0\r\n"
        "\r\n",
        "1;bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "bbbbbbbbb\r\n" "a\r\n", "POST(aaaaaaaaaaaaaaaaaaaa 400",
        "POST(aaaaaaaaaaaaaaaaaaaaaaaaahello)"),
    MANY(29, 'r', 80000, "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n"
        "\r\n" "5;@\r\n" "hello\r\n" "0\r\n" "\r\n", "a", "200( 400",
        "200(hello)"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\nhello\r\n" "0\r\n" "\r\n",
        "POST( 400", "POST( INVALID_CHUNK_SIZE"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" " 5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST( INVALID_CHUNK_SIZE"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\t\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST( INVALID_CHUNK_SIZE"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "0x5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST( INVALID_CHUNK_SIZE"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "+5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST( INVALID_CHUNK_SIZE"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "-5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST( INVALID_CHUNK_SIZE"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST( INVALID_CHUNK_SIZE"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "g\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST( INVALID_CHUNK_SIZE"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "00000000000000005\r\n"
        "hello\r\n" "0\r\n" "\r\n", "POST( 400", "POST(hello)"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "12345678123456781\r\n"
        "hello\r\n" "0\r\n" "\r\n", "POST( 400",
        "POST( INVALID_CONTENT_LENGTH"),
    ROW(30, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "0000000000000005\r\n"
        "hello\r\n" "0\r\n" "\r\n", "POST(hello)", "POST(hello)"),
    ROW(30, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "5\nhello\r\n" "0\r\n" "\r\n", "200( 400", "200( INVALID_CHUNK_SIZE"),
    ROW(31, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "FFFFFFFFFFFFFFEF\r\n",
        "POST( 413", "POST( INVALID_EOF_STATE"),
    ROW(31, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "FFFFFFFFFFFFFFFF\r\n",
        "POST( 413", "POST( INVALID_CONTENT_LENGTH"),
    ROW(31, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "1\r\n" "a\r\n" "100000\r\n",
        "POST(a 413", "POST(a INVALID_EOF_STATE"),
    ROW(31, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "FFFFFFFFFFFFFFEF\r\n", "200( 413", "200( INVALID_EOF_STATE"),
    ROW(32, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "helloXX0\r\n" "\r\n",
        "POST(hello 400", "POST(hello)"),
    ROW(32, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\n0\r\n" "\r\n",
        "POST(hello 400", "POST(hello INVALID_CHUNK_SIZE"),
    ROW(32, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\rX0\r\n" "\r\n",
        "POST(hello 400", "POST(hello)"),
    ROW(32, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\rX\r\n" "hello\r\n" "0\r\n"
        "\r\n", "POST( 400", "POST(\\x0d\\x0ahel INVALID_CHUNK_SIZE"),
    ROW(32, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\rX", "POST(hello 400", "POST(hello)"),
    ROW(32, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "5\r\n" "helloXX0\r\n" "\r\n", "200(hello 400", "200(hello)"),
    ROW(33, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "0\r\n" "Content-Length: 7\r\n"
        "Transfer-Encoding: x\r\n" "Connection: close\r\n" "X-Sum: 1\r\n" "\r\n"
        "GET /admin HTTP/1.1\r\n" "Host: h\r\n" "\r\n",
        "POST(; X-Sum: 1) GET()", "POST() GET()"),
    ROW(33, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "0\r\n" "Set-Cookie: a\r\n" "Connection: close\r\n" "X-Sum:\t1 \r\n"
        "\r\n" "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\r\n",
        "200(; X-Sum: 1) 200()", "200() 200()"),
    ROW(34, 'q', "GET  / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(34, 'q', "GET /  HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(34, 'q', " GET / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_METHOD"),
    ROW(34, 'q', "GET\t/ HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_METHOD"),
    ROW(35, 'q', "GET / HTTP/1.1 \r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_VERSION"),
    ROW(35, 'q', "GET /a b HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_CONSTANT"),
    ROW(35, 'q', "GET /\x7f HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_URL"),
    ROW(36, 'q', "GET /a\tb HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(36, 'q', "GET /\f HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(36, 'q', "GET /\x80 HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(36, 'q', "GET /\xc3\xa9 HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "GET()"),
    ROW(37, 'q', "GET /a\" HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a< HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a> HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a\\ HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a^ HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a` HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a{ HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a} HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a| HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a#frag HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "GET()"),
    ROW(37, 'q', "GET /a%zz HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET /a%4 HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "GET * HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(37, 'q', "OPTIONS *foo HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "OPTIONS()"),
    ROW(37, 'q', "GET http://u:p@h/ HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "GET()"),
    ROW(37, 'q', "GET http:///a HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "GET()"),
    ROW(37, 'q', "GET ftp://h/ HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "GET()"),
    ROW(37, 'q', "GET a HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_URL"),
    ROW(37, 'q', "GET h:80 HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_URL"),
    ROW(37, 'q', "GET http://h:99999/ HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "GET()"),
    ROW(37, 'q', "OPTIONS * HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "OPTIONS()",
        "OPTIONS()"),
    ROW(37, 'q', "GET http://h:80/a?b HTTP/1.1\r\n" "Host: h\r\n" "\r\n",
        "GET()", "GET()"),
    ROW(38, 'q', "GET /\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(38, 'q', "GET /\r\n", "400", "INVALID_EOF_STATE"),
    ROW(38, 'q', "GET / HTTP/0.9\r\n" "Host: h\r\n" "\r\n", "505", "GET()"),
    ROW(38, 'q', "GET / HTTP/2.0\r\n" "Host: h\r\n" "\r\n", "505", "GET()"),
    ROW(38, 'q', "GET / HTTP/9.9\r\n" "Host: h\r\n" "\r\n", "505", "GET()"),
    ROW(38, 'q', "GET / HTTP/1.2\r\n" "Host: h\r\n" "\r\n", "505", "GET()"),
    ROW(38, 'q', "GET / HTTP/1.10\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_VERSION"),
    ROW(38, 'q', "GET / HTTP/11\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_VERSION"),
    ROW(38, 'q', "PRI * HTTP/2.0\r\n" "\r\n" "SM\r\n" "\r\n", "505",
        "INVALID_METHOD"),
    ROW(38, 'q', "GET / HTTP/1.0\r\n" "\r\n", "GET()", "GET()"),
    ROW(38, 'r', "HTTP/2.0 200 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "505", "200(hello)"),
    ROW(39, 'q', "GET / HXXX/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(39, 'q', "GET / http/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_CONSTANT"),
    ROW(39, 'r', "HXXX/1.1 200 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "200(hello)"),
    ROW(40, 'q', "FOO / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "501",
        "INVALID_METHOD"),
    ROW(40, 'q', "get / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "501",
        "INVALID_METHOD"),
    ROW(40, 'q', "GETX / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "501",
        "INVALID_METHOD"),
    ROW(40, 'q', "G / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "501",
        "INVALID_METHOD"),
    MANY(40, 'q', 33, "@ / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "A", "501",
        "INVALID_METHOD"),
    ROW(40, 'q', "G\x80T / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "INVALID_METHOD"),
    ROW(40, 'q', "M-SEARCH / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "M-SEARCH()",
        "M-SEARCH()"),
    ROW(41, 'q', "\r\n" "GET / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "GET()",
        "GET()"),
    ROW(41, 'q', "\r\n" "\r\n" "GET / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "GET()"),
    ROW(41, 'q', "\nGET / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    ROW(41, 'q', "\rGET / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400", "GET()"),
    MANY(41, 'q', 1000, "@GET / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "\r\n",
        "400", "GET()"),
    ROW(41, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "\r\n" "\r\n"
        "GET /admin HTTP/1.1\r\n" "Host: h\r\n" "\r\n" "\r\n", "GET() GET()",
        "GET() GET()"),
    ROW(41, 'r', "\r\n" "HTTP/1.1 200 OK\r\n" "Content-Length: 5\r\n" "\r\n"
        "hello", "400", "200(hello)"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Host: h\r\n" "\r\n", "400",
        "GET()"),
    ROW(42, 'q', "GET / HTTP/1.0\r\n" "Host: h\r\n" "Host: h\r\n" "\r\n", "400",
        "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: a b\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: a,b c\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: a/b\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: u@h\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: h:x\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: h:99999\r\n" "\r\n", "400",
        "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: :80\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: [::1\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: [::g]\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: h%zz\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: a\x80\r\n" "\r\n", "400", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: h:\r\n" "\r\n", "GET()", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: [::1]:80\r\n" "\r\n", "GET()",
        "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: \r\n" "\r\n", "GET()", "GET()"),
    ROW(42, 'q', "GET / HTTP/1.1\r\n" "Host: a%20b\r\n" "\r\n", "GET()",
        "GET()"),
    ROW(42, 'q', "GET http://h/ HTTP/1.1\r\n" "Host:\r\n" "\r\n", "400",
        "GET()"),
    ROW(43, 'q', "CONNECT h/path HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "CONNECT() upgrade"),
    ROW(43, 'q', "CONNECT h HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "CONNECT() upgrade"),
    ROW(43, 'q', "CONNECT h: HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "CONNECT() upgrade"),
    ROW(43, 'q', "CONNECT h:x HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "CONNECT() upgrade"),
    ROW(43, 'q', "CONNECT u@h:80 HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "400",
        "CONNECT() upgrade"),
    ROW(43, 'q', "CONNECT http://h:80/ HTTP/1.1\r\n" "Host: h\r\n" "\r\n",
        "400", "CONNECT() upgrade"),
    ROW(43, 'q', "CONNECT h:80 HTTP/1.1\r\n" "Host: h\r\n"
        "Content-Length: 5\r\n" "\r\n" "hello", "400", "CONNECT() upgrade"),
    ROW(43, 'q', "CONNECT h:80 HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "\r\n", "400", "CONNECT() upgrade"),
    ROW(43, 'q', "CONNECT h:80 HTTP/1.1\r\n" "Host: h\r\n" "\r\n"
        "GET /admin HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "CONNECT() closed",
        "CONNECT() upgrade"),
    ROW(43, 'c', "HTTP/1.1 200 OK\r\n" "\r\n" "tunnel", "200() closed",
        "200(tunnel)"),
    ROW(44, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Connection: Upgrade\r\n"
        "Upgrade: websocket\r\n" "\r\n" "GET /admin HTTP/1.1\r\n" "Host: h\r\n"
        "\r\n", "GET() GET()", "GET() upgrade"),
    ROW(44, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Connection: Upgrade\r\n"
        "Upgrade: x\r\n" "Content-Length: 5\r\n" "\r\n"
        "helloGET /admin HTTP/1.1\r\n" "Host: h\r\n" "\r\n",
        "POST(hello) GET()", "POST(hello) upgrade"),
    ROW(44, 'r', "HTTP/1.1 101 Switching\r\n" "Connection: Upgrade\r\n"
        "Upgrade: x\r\n" "\r\n" "octets", "101() closed", "101() upgrade"),
    ROW(45, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n"
        "Proxy-Connection: close\r\n" "\r\n" "GET /admin HTTP/1.1\r\n"
        "Host: h\r\n" "\r\n", "GET() GET()", "GET() GET()"),
    ROW(45, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n"
        "Proxy-Connection: upgrade\r\n" "Upgrade: x\r\n" "\r\n"
        "GET /admin HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "GET() GET()",
        "GET() upgrade"),
    ROW(45, 'r', "HTTP/1.1 200 OK\r\n" "Proxy-Connection: close\r\n"
        "Content-Length: 5\r\n" "\r\n" "helloHTTP/1.1 200 OK\r\n"
        "Content-Length: 0\r\n" "\r\n", "200(hello) 200()", "200(hello) 200()"),
    ROW(46, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n"
        "Connection: keep-alive,\tclose\r\n" "\r\n" "GET /admin HTTP/1.1\r\n"
        "Host: h\r\n" "\r\n", "GET() closed", "GET() GET()"),
    ROW(46, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Connection: close\t\r\n"
        "\r\n" "GET /admin HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "GET() closed",
        "GET() GET()"),
    ROW(46, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n"
        "Connection: a, ,CLOSE , b\r\n" "\r\n" "GET /admin HTTP/1.1\r\n"
        "Host: h\r\n" "\r\n", "GET() closed", "GET() GET()"),
    ROW(46, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Connection: closed\r\n"
        "\r\n" "GET /admin HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "GET() GET()",
        "GET() GET()"),
    ROW(46, 'r', "HTTP/1.1 200 OK\r\n" "Connection: keep-alive,\tclose\r\n"
        "Content-Length: 5\r\n" "\r\n" "helloHTTP/1.1 200 OK\r\n"
        "Content-Length: 0\r\n" "\r\n", "200(hello) closed",
        "200(hello) 200()"),
    ROW(47, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "Connection: close\r\n"
        "\r\n" "GET /admin HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "GET() closed",
        "GET() GET()"),
    ROW(47, 'q', "GET / HTTP/1.0\r\n" "\r\n" "GET /admin HTTP/1.1\r\n"
        "Host: h\r\n" "\r\n", "GET() closed", "GET() GET()"),
    ROW(47, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Connection: close\r\n"
        "Content-Length: 5\r\n" "\r\n" "helloGET /admin HTTP/1.1\r\n"
        "Host: h\r\n" "\r\n", "POST(hello) closed", "POST(hello) GET()"),
    ROW(47, 'r', "HTTP/1.1 200 OK\r\n" "Connection: close\r\n"
        "Content-Length: 5\r\n" "\r\n" "helloHTTP/1.1 200 OK\r\n"
        "Content-Length: 0\r\n" "\r\n", "200(hello) closed",
        "200(hello) 200()"),
    ROW(48, 'r', "HTTP/1.1 100 Continue\r\n" "Content-Length: 5\r\n" "\r\n"
        "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\r\n", "100() 200()",
        "100(HTTP/) INVALID_CONSTANT"),
    ROW(48, 'r', "HTTP/1.1 100 Continue\r\n" "Transfer-Encoding: chunked\r\n"
        "\r\n" "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\r\n",
        "100() 200()", "100( INVALID_CHUNK_SIZE"),
    ROW(48, 'r', "HTTP/1.1 103 Early\r\n" "Content-Length: 5\r\n" "\r\n"
        "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\r\n", "103() 200()",
        "103(HTTP/) INVALID_CONSTANT"),
    ROW(48, 'r', "HTTP/1.1 103 Early\r\n" "Transfer-Encoding: chunked\r\n"
        "\r\n" "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\r\n",
        "103() 200()", "103( INVALID_CHUNK_SIZE"),
    ROW(48, 'r', "HTTP/1.1 204 No\r\n" "Content-Length: 5\r\n" "\r\n"
        "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\r\n", "204() 200()",
        "204(HTTP/) INVALID_CONSTANT"),
    ROW(48, 'r', "HTTP/1.1 204 No\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\r\n", "204() 200()",
        "204( INVALID_CHUNK_SIZE"),
    ROW(48, 'r', "HTTP/1.1 304 Not\r\n" "Content-Length: 5\r\n" "\r\n"
        "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\r\n", "304() 200()",
        "304(HTTP/) INVALID_CONSTANT"),
    ROW(48, 'r', "HTTP/1.1 304 Not\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "HTTP/1.1 200 OK\r\n" "Content-Length: 0\r\n" "\r\n", "304() 200()",
        "304( INVALID_CHUNK_SIZE"),
    ROW(48, 'h', "HTTP/1.1 200 OK\r\n" "Content-Length: 5\r\n" "\r\n"
        "HTTP/1.1 204 OK\r\n" "Content-Length: 0\r\n" "\r\n", "200() 204()",
        "200(HTTP/) INVALID_CONSTANT"),
    ROW(48, 'h', "HTTP/1.1 200 OK\r\n" "Connection: close\r\n" "\r\n", "200()",
        "200()"),
    ROW(49, 'r', "HTTP/1.1 5 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "5(hello)"),
    ROW(49, 'r', "HTTP/1.1 099 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "99(hello)"),
    ROW(49, 'r', "HTTP/1.1 600 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "600(hello)"),
    ROW(49, 'r', "HTTP/1.1 20 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "20(hello)"),
    ROW(49, 'r', "HTTP/1.1 2000 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "INVALID_STATUS"),
    ROW(49, 'r', "HTTP/1.1  OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "INVALID_STATUS"),
    ROW(49, 'r', "HTTP/1.1 abc OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "INVALID_STATUS"),
    ROW(49, 'r', "HTTP/1.1 -20 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "INVALID_STATUS"),
    ROW(49, 'r', "HTTP/1.1  200 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "200(hello)"),
    ROW(49, 'r', "HTTP/1.1 200 O\0K\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "400", "200(hello)"),
    ROW(49, 'r', "HTTP/1.1 200 O\x7fK\r\n" "Content-Length: 5\r\n" "\r\n"
        "hello", "400", "200(hello)"),
    ROW(49, 'r', "HTTP/1.1 200\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "200(hello)", "200(hello)"),
    ROW(49, 'r', "HTTP/1.1 200 \r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "200(hello)", "200(hello)"),
    ROW(49, 'r', "HTTP/1.1 200  O\tK\xe9\r\n" "Content-Length: 5\r\n" "\r\n"
        "hello", "200(hello)", "200(hello)"),
    ROW(49, 'r', "HTTP/1.1 599 x\r\n" "Content-Length: 5\r\n" "\r\n" "hello",
        "599(hello)", "599(hello)"),
    MANY(50, 'q', 20000, "GET / HTTP/1.1\r\n" "Host: h\r\n" "@\r\n", "a:\r\n",
        "431", "GET()"),
    MANY(50, 'q', 99, "GET / HTTP/1.1\r\n" "Host: h\r\n" "@\r\n", "A: b\r\n",
        "GET()", "GET()"),
    MANY(50, 'q', 100, "GET / HTTP/1.1\r\n" "Host: h\r\n" "@\r\n", "A: b\r\n",
        "431", "GET()"),
    MANY(50, 'q', 8190, "GET / HTTP/1.1\r\n" "Host: h\r\n" "A: @\r\n" "\r\n",
        "b", "431", "GET()"),
    MANY(50, 'q', 8189, "GET / HTTP/1.1\r\n" "Host: h\r\n" "A: @\r\n" "\r\n",
        "b", "GET()", "GET()"),
    MANY(50, 'q', 90, "GET / HTTP/1.1\r\n" "Host: h\r\n" "@\r\n",
        "A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "bbbbbbbbbbbbbbbbbbb\r\n", "431", "GET()"),
    MANY(50, 'q', 90000, "GET / HTTP/1.1\r\n" "Host: h\r\n" "@\r\n", "b", "431",
        "HEADER_OVERFLOW"),
    MANY(50, 'r', 20000, "HTTP/1.1 200 OK\r\n" "@\r\n", "A: b\r\n", "431",
        "HEADER_OVERFLOW"),
    MANY(50, 'r', 90000, "HTTP/1.1 200 @\r\n" "Content-Length: 5\r\n" "\r\n"
        "hello", "b", "431", "HEADER_OVERFLOW"),
    MANY(51, 'q', 7999, "GET /@ HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "a",
        "GET()", "GET()"),
    MANY(51, 'q', 8000, "GET /@ HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "a", "414",
        "GET()"),
    MANY(51, 'q', 70000, "GET http://h/@ HTTP/1.1\r\n" "Host: h\r\n" "\r\n",
        "a", "414", "GET()"),
    ROW(52, 'q', "G", "cut", "INVALID_EOF_STATE"),
    ROW(52, 'q', "GET / HTTP/1.1\r\n", "cut", "INVALID_EOF_STATE"),
    ROW(52, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n", "cut",
        "INVALID_EOF_STATE"),
    ROW(52, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "\r", "cut",
        "INVALID_EOF_STATE"),
    ROW(52, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n" "Content-Length: 5\r\n"
        "\r\n" "hell", "POST(hell cut", "POST(hell INVALID_EOF_STATE"),
    ROW(52, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n", "POST( cut",
        "POST( INVALID_EOF_STATE"),
    ROW(52, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5", "POST( cut",
        "POST( INVALID_EOF_STATE"),
    ROW(52, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hell", "POST(hell cut",
        "POST(hell INVALID_EOF_STATE"),
    ROW(52, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\r\n",
        "POST(hello cut", "POST(hello INVALID_EOF_STATE"),
    ROW(52, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n",
        "POST(hello cut", "POST(hello INVALID_EOF_STATE"),
    ROW(52, 'q', "POST / HTTP/1.1\r\n" "Host: h\r\n"
        "Transfer-Encoding: chunked\r\n" "\r\n" "5\r\n" "hello\r\n" "0\r\n"
        "A: b\r\n", "POST(hello cut", "POST(hello INVALID_EOF_STATE"),
    ROW(52, 'q', "", "", ""),
    ROW(52, 'q', "GET / HTTP/1.1\r\n" "Host: h\r\n" "\r\n", "GET()", "GET()"),
    ROW(52, 'r', "HTTP/1.1 200 OK\r\n" "Content-Length: 5\r\n" "\r\n" "hell",
        "200(hell cut", "200(hell INVALID_EOF_STATE"),
    ROW(52, 'r', "HTTP/1.1 200 OK\r\n" "Transfer-Encoding: chunked\r\n" "\r\n"
        "5\r\n" "hell", "200(hell cut", "200(hell INVALID_EOF_STATE"),
    ROW(52, 'r', "HTTP/1.1 200 OK\r\n" "\r\n" "until close", "200(until close)",
        "200(until close)"),
};
/* clang-format on */

const size_t http_row_count = sizeof(http_rows) / sizeof(*http_rows);

char *http_row_input(const struct http_row *row, size_t *ret_size)
{
    size_t unit = row->unit != NULL ? strlen(row->unit) : 0;
    const char *at = unit > 0 ? memchr(row->input, '@', row->size) : NULL;
    size_t head = at != NULL ? (size_t)(at - row->input) : row->size;
    char *input = malloc(row->size + unit * row->times + 1);
    if (input == NULL)
        return NULL;
    char *p = input;
    memcpy(p, row->input, head);
    p += head;
    for (unsigned i = 0; i < row->times; i++, p += unit)
        memcpy(p, row->unit, unit);
    if (at != NULL) {
        memcpy(p, at + 1, row->size - head - 1);
        p += row->size - head - 1;
    }
    *ret_size = (size_t)(p - input);
    return input;
}
