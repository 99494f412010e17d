package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.EdgeClient.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What an edge makes of each kind of HTTP/1.1 request, right and wrong. Behind each comes another
 * request at once: it is answered where the connection stays open, and only there.
 */
class HttpRulesIT extends EdgeTest {

  private static final String NEXT = "HEAD / HTTP/1.1⏎Host: localhost⏎⏎";

  private Payer payer;
  private TestPiece piece;

  @Override
  Map<String, String> settings() {
    return Map.of("filcdn.retrieval.http.head-timeout", "3s");
  }

  @BeforeAll
  void place() throws Exception {
    payer = newPayer();
    piece = placed(payer, 2_000);
  }

  /**
   * ⏎ is CR LF, ␊ LF, ␍ CR, ⇥ a tab, ␀ NUL, ␁ 0x01 and ␋ 0x0B; {piece} is the path of a piece,
   * {rest} its PieceCID but for the first letter, {host} its payer's host.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          # plain requests
          a piece                         | GET {piece} HTTP/1.1⏎Host: {host}⏎⏎                                                                            | 200                    | open
          asked to close                  | GET {piece} HTTP/1.1⏎Host: {host}⏎Connection: close⏎⏎                                                          | 200                    | closed
          HTTP/1.0                        | GET {piece} HTTP/1.0⏎Host: {host}⏎⏎                                                                            | 200                    | closed
          HTTP/1.0, kept alive            | GET {piece} HTTP/1.0⏎Host: {host}⏎Connection: keep-alive⏎⏎                                                     | 200                    | open
          another version                 | GET {piece} HTTP/9.9⏎Host: {host}⏎⏎                                                                            | 400 request-unreadable | closed
          another version, with a body    | GET {piece} HTTP/2.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎0⏎⏎                                              | 400 request-unreadable | closed
          an upgrade to HTTP/2            | GET {piece} HTTP/1.1⏎Host: {host}⏎Connection: Upgrade, HTTP2-Settings⏎Upgrade: h2c⏎HTTP2-Settings: AAMAAABk⏎⏎  | 200                    | open
          an upgrade past the rules       | GET {piece} HTTP/1.1⏎Host: {host}⏎Host: {host}⏎Connection: Upgrade, HTTP2-Settings⏎Upgrade: h2c⏎HTTP2-Settings: AAMAAABk⏎⏎ | 400 request-unreadable | closed
          an upgrade to WebSocket         | GET {piece} HTTP/1.1⏎Host: {host}⏎Connection: Upgrade⏎Upgrade: websocket⏎⏎                                     | 200                    | open

          # bodies
          a body on GET                   | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 5⏎⏎hello                                                     | 200                    | closed
          a request as body               | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 28⏎⏎GET /x HTTP/1.1⏎Host: h⏎⏎                                | 200                    | closed
          a body on OPTIONS               | OPTIONS {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 5⏎⏎hello                                                 | 204                    | closed
          a body on POST                  | POST {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 5⏎⏎hello                                                    | 405 method-not-allowed | closed
          a body on PUT                   | PUT {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 5⏎⏎hello                                                     | 405 method-not-allowed | closed
          a request as body on PUT        | PUT {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 28⏎⏎GET /x HTTP/1.1⏎Host: h⏎⏎                                | 405 method-not-allowed | closed
          chunks on PUT                   | PUT {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎                                      | 405 method-not-allowed | closed
          a body on PUT that is short     | PUT {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 500⏎⏎hello                                                   | 405 method-not-allowed | closed
          an empty body on PUT            | PUT {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 0⏎⏎                                                          | 405 method-not-allowed | open
          a tree, and a request behind it | PUT /trees/{cid} HTTP/1.1⏎Host: localhost⏎Content-Length: 32⏎⏎GET /xyz HTTP/1.1⏎Host: hij⏎⏎                    | 204                    | closed
          a tree in chunks                | PUT /trees/{cid} HTTP/1.1⏎Host: localhost⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎                              | 204                    | closed
          a tree that is waited for       | PUT /trees/{cid} HTTP/1.1⏎Host: localhost⏎Expect: 100-continue⏎Content-Length: 32⏎⏎                            | 204                    | closed
          a tree, the path encoded        | GET /%74rees/{cid} HTTP/1.1⏎Host: localhost.⏎⏎                                                                 | 404 tree-unknown       | open
          a tree on a payer's host        | GET /trees/{cid} HTTP/1.1⏎Host: {host}⏎⏎                                                                       | 404 path-unknown       | open
          an empty body                   | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 0⏎⏎                                                          | 200                    | open
          a body on HTTP/1.0              | GET {piece} HTTP/1.0⏎Host: {host}⏎Connection: keep-alive⏎Content-Length: 5⏎⏎hello                              | 200                    | closed
          a body that is waited for       | GET {piece} HTTP/1.1⏎Host: {host}⏎Expect: 100-continue⏎Content-Length: 5⏎⏎                                     | 200                    | closed
          lengths that differ             | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 5⏎Content-Length: 6⏎⏎hello                                   | 400 request-unreadable | closed
          the same length twice           | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 5⏎Content-Length: 5⏎⏎hello                                   | 400 request-unreadable | closed
          a list of lengths               | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 5, 5⏎⏎hello                                                  | 400 request-unreadable | closed
          a length with a sign            | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: +5⏎⏎hello                                                    | 400 request-unreadable | closed
          a negative length               | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: -5⏎⏎hello                                                    | 400 request-unreadable | closed
          a length in hex                 | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 0x5⏎⏎hello                                                   | 400 request-unreadable | closed
          a length that is too large      | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 99999999999999999999⏎⏎                                       | 400 request-unreadable | closed
          a length that is no number      | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: five⏎⏎hello                                                  | 400 request-unreadable | closed
          a length with a space in it     | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 5 5⏎⏎hello                                                   | 400 request-unreadable | closed
          an empty length                 | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length:⏎⏎                                                            | 400 request-unreadable | closed

          # Transfer-Encoding
          chunks                          | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎                                      | 200                    | closed
          chunks in other letters         | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: Chunked⏎⏎5⏎hello⏎0⏎⏎                                      | 200                    | closed
          chunks, with white space around | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: ⇥ chunked ⇥⏎⏎5⏎hello⏎0⏎⏎                                  | 200                    | closed
          chunks on POST                  | POST {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎                                     | 405 method-not-allowed | closed
          xchunked                        | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: xchunked⏎⏎5⏎hello⏎0⏎⏎                                     | 400 request-unreadable | closed
          chunkedx                        | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunkedx⏎⏎0⏎⏎                                             | 400 request-unreadable | closed
          gzip                            | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: gzip⏎⏎                                                    | 400 request-unreadable | closed
          identity                        | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: identity⏎⏎                                                | 400 request-unreadable | closed
          an empty coding                 | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding:⏎⏎                                                         | 400 request-unreadable | closed
          chunked, identity               | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked, identity⏎⏎0⏎⏎                                    | 400 request-unreadable | closed
          gzip, chunked                   | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: gzip, chunked⏎⏎0⏎⏎                                        | 400 request-unreadable | closed
          chunked, chunked                | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked, chunked⏎⏎0⏎⏎                                     | 400 request-unreadable | closed
          two lines                       | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎Transfer-Encoding: identity⏎⏎0⏎⏎                  | 400 request-unreadable | closed
          twice chunked                   | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎Transfer-Encoding: chunked⏎⏎0⏎⏎                   | 400 request-unreadable | closed
          a quoted coding                 | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: ""chunked""⏎⏎0⏎⏎                                          | 400 request-unreadable | closed
          a parameter                     | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked;q=1⏎⏎0⏎⏎                                          | 400 request-unreadable | closed
          a control character before      | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: ␋chunked⏎⏎0⏎⏎                                             | 400 request-unreadable | closed
          a control character after       | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked␁⏎⏎0⏎⏎                                             | 400 request-unreadable | closed
          a space before the colon        | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding : chunked⏎⏎0⏎⏎                                             | 400 request-unreadable | closed
          a length, and chunks            | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 5⏎Transfer-Encoding: chunked⏎⏎0⏎⏎                            | 200                    | closed
          chunks, and a length            | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎Content-Length: 0⏎⏎0⏎⏎                            | 200                    | closed
          chunks, and a longer length     | GET {piece} HTTP/1.1⏎Host: {host}⏎Content-Length: 60⏎Transfer-Encoding: chunked⏎⏎0⏎⏎GET {piece} HTTP/1.1⏎Host: {host}⏎⏎ | 200 | closed
          chunks on HTTP/1.0              | GET {piece} HTTP/1.0⏎Host: {host}⏎Connection: keep-alive⏎Transfer-Encoding: chunked⏎⏎0⏎⏎                       | 400 request-unreadable | closed

          # chunks
          a chunk's extension             | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5;a=b⏎hello⏎0⏎⏎                                  | 200                    | closed
          trailers                        | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎0⏎X: y⏎⏎                                         | 200                    | closed
          a size in hex with its prefix   | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎0x5⏎hello⏎0⏎⏎                                    | 400 request-unreadable | closed
          a size with a sign              | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎+5⏎hello⏎0⏎⏎                                     | 400 request-unreadable | closed
          a negative size                 | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎-5⏎hello⏎0⏎⏎                                     | 400 request-unreadable | closed
          a size that is too large        | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎FFFFFFFFFFFFFFFFF⏎                               | 400 request-unreadable | closed
          a size beyond 64 bits           | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎10000000000000005⏎hello⏎0⏎⏎                      | 400 request-unreadable | closed
          a size of 64 bits               | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎FFFFFFFFFFFFFFFF⏎hello⏎0⏎⏎                       | 400 request-unreadable | closed
          a size of 32 bits               | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎FFFFFFFF⏎hello⏎0⏎⏎                               | 400 request-unreadable | closed
          a size beyond 32 bits           | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎100000005⏎hello⏎0⏎⏎                              | 400 request-unreadable | closed
          a size that is no number        | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎hello⏎                                           | 400 request-unreadable | closed
          no size                         | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎⏎hello⏎                                          | 400 request-unreadable | closed
          something behind a size         | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5 x⏎hello⏎0⏎⏎                                    | 400 request-unreadable | closed
          a space before a size           | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎ 5⏎hello⏎0⏎⏎                                     | 400 request-unreadable | closed
          a line feed in an extension     | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5;␊hello⏎0⏎⏎                                     | 400 request-unreadable | closed
          a line feed behind a size       | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5␊hello⏎0⏎⏎                                      | 400 request-unreadable | closed
          a line feed behind an extension | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5;a=b␊hello⏎0⏎⏎                                  | 400 request-unreadable | closed
          a carriage return in one        | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5;a␍b⏎hello⏎0⏎⏎                                  | 400 request-unreadable | closed
          a chunk that is too long        | GET {piece} HTTP/1.1⏎Host: {host}⏎Transfer-Encoding: chunked⏎⏎5⏎hello!!⏎0⏎⏎                                    | 400 request-unreadable | closed

          # lines
          a folded header                 | GET {piece} HTTP/1.1⏎Host: {host}⏎X: a⏎ b⏎⏎                                                                    | 400 request-unreadable | closed
          a header folded with a tab      | GET {piece} HTTP/1.1⏎Host: {host}⏎X: a⏎⇥b⏎⏎                                                                    | 400 request-unreadable | closed
          an empty fold                   | GET {piece} HTTP/1.1⏎Host: {host}⏎X: a⏎ ⏎⏎                                                                     | 400 request-unreadable | closed
          a folded Host                   | GET {piece} HTTP/1.1⏎Host:⏎ {host}⏎⏎                                                                           | 400 request-unreadable | closed
          white space before a header     | GET {piece} HTTP/1.1⏎ Host: {host}⏎⏎                                                                           | 400 request-unreadable | closed
          a header without a colon        | GET {piece} HTTP/1.1⏎Host: {host}⏎what⏎⏎                                                                       | 400 request-unreadable | closed
          a header without a name         | GET {piece} HTTP/1.1⏎Host: {host}⏎: x⏎⏎                                                                        | 400 request-unreadable | closed
          line feeds only                 | GET {piece} HTTP/1.1␊Host: {host}␊␊                                                                            | 400 request-unreadable | closed
          a carriage return in a value    | GET {piece} HTTP/1.1⏎Host: {host}⏎X: a␍b⏎⏎                                                                     | 400 request-unreadable | closed
          NUL in a value                  | GET {piece} HTTP/1.1⏎Host: {host}⏎X: a␀b⏎⏎                                                                     | 400 request-unreadable | closed

          # who it is for
          no Host                         | GET {piece} HTTP/1.1⏎⏎                                                                                         | 400 request-unreadable | closed
          no Host, the root               | GET / HTTP/1.1⏎⏎                                                                                               | 400 request-unreadable | closed
          no Host, OPTIONS                | OPTIONS * HTTP/1.1⏎⏎                                                                                           | 400 request-unreadable | closed
          no Host on HTTP/1.0             | GET / HTTP/1.0⏎⏎                                                                                               | 200                    | closed
          two Hosts                       | GET {piece} HTTP/1.1⏎Host: {host}⏎Host: localhost⏎⏎                                                            | 400 request-unreadable | closed
          the same Host twice             | GET {piece} HTTP/1.1⏎Host: {host}⏎host: {host}⏎⏎                                                               | 400 request-unreadable | closed
          two Hosts, the root             | GET / HTTP/1.1⏎Host: {host}⏎Host: {host}⏎⏎                                                                     | 400 request-unreadable | closed
          two Hosts, OPTIONS              | OPTIONS {piece} HTTP/1.1⏎Host: {host}⏎Host: {host}⏎⏎                                                           | 400 request-unreadable | closed
          an empty Host                   | GET {piece} HTTP/1.1⏎Host:⏎⏎                                                                                   | 400 request-unreadable | closed
          a Host that is a port           | GET {piece} HTTP/1.1⏎Host: :80⏎⏎                                                                               | 400 request-unreadable | closed
          a Host with a space             | GET {piece} HTTP/1.1⏎Host: {host} {host}⏎⏎                                                                     | 400 request-unreadable | closed
          a Host with a path              | GET {piece} HTTP/1.1⏎Host: {host}/x⏎⏎                                                                          | 400 request-unreadable | closed
          a Host with a user              | GET {piece} HTTP/1.1⏎Host: me@{host}⏎⏎                                                                         | 400 request-unreadable | closed
          a Host with no such port        | GET {piece} HTTP/1.1⏎Host: {host}:99999⏎⏎                                                                      | 400 request-unreadable | closed
          a list of Hosts                 | GET {piece} HTTP/1.1⏎Host: {host}, {host}⏎⏎                                                                    | 400 request-unreadable | closed
          another's Host                  | GET {piece} HTTP/1.1⏎Host: example.org⏎⏎                                                                       | 400 host-unknown       | open
          a Host in capitals, with a port | GET {piece} HTTP/1.1⏎Host: {HOST}:80⏎⏎                                                                         | 200                    | open
          a Host with a dot behind it     | GET {piece} HTTP/1.1⏎Host: {host}.⏎⏎                                                                           | 200                    | open
          the same with a port            | GET {piece} HTTP/1.1⏎Host: {host}.:8080⏎⏎                                                                      | 200                    | open
          two dots behind it              | GET {piece} HTTP/1.1⏎Host: {host}..⏎⏎                                                                          | 400 host-unknown       | open
          path style, with a dot          | GET /{payer}/{cid} HTTP/1.1⏎Host: localhost.⏎⏎                                                                 | 200                    | open

          # what other servers take for a host, a path, a method
          another Host, forwarded         | GET {piece} HTTP/1.1⏎Host: {host}⏎X-Forwarded-Host: localhost⏎X-Host: localhost⏎Forwarded: host=localhost⏎⏎     | 200                    | open
          a Host, only forwarded          | GET {piece} HTTP/1.1⏎Host: example.org⏎X-Forwarded-Host: {host}⏎⏎                                              | 400 host-unknown       | open
          another path                    | GET /x HTTP/1.1⏎Host: {host}⏎X-Original-URL: {piece}⏎X-Rewrite-URL: {piece}⏎⏎                                  | 404 path-unknown       | open
          another method                  | GET {piece} HTTP/1.1⏎Host: {host}⏎X-HTTP-Method-Override: PUT⏎X-Method-Override: PUT⏎⏎                         | 200                    | open

          # targets
          an absolute target              | GET http://{host}{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                               | 200                    | open
          a target in capitals, a port    | GET HTTP://{HOST}:80{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                            | 200                    | open
          a target and Host, a dot apart  | GET http://{host}.{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                              | 200                    | open
          an absolute target, https       | GET https://{host}{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                              | 200                    | open
          an absolute target, the root    | GET http://{host} HTTP/1.1⏎Host: {host}⏎⏎                                                                      | 200                    | open
          an absolute target, a query     | GET http://{host}?{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                              | 200                    | open
          an absolute target on HTTP/1.0  | GET http://{host}{piece} HTTP/1.0⏎⏎                                                                            | 200                    | closed
          a target that is not the Host's | GET http://{host}{piece} HTTP/1.1⏎Host: localhost⏎⏎                                                            | 400 request-unreadable | closed
          a Host that is not the target's | GET http://localhost{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                            | 400 request-unreadable | closed
          an absolute target, no Host     | GET http://{host}{piece} HTTP/1.1⏎⏎                                                                            | 400 request-unreadable | closed
          an absolute target, two Hosts   | GET http://{host}{piece} HTTP/1.1⏎Host: {host}⏎Host: {host}⏎⏎                                                  | 400 request-unreadable | closed
          a target without a host         | GET http://{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                                     | 400 request-unreadable | closed
          a target with a user            | GET http://me@{host}{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                            | 400 request-unreadable | closed
          a target of another scheme      | GET ftp://{host}{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                                | 400 request-unreadable | closed
          a target without a slash        | GET {cid} HTTP/1.1⏎Host: {host}⏎⏎                                                                              | 400 request-unreadable | closed
          a host as target                | GET {host}:80 HTTP/1.1⏎Host: {host}⏎⏎                                                                          | 400 request-unreadable | closed
          an asterisk on GET              | GET * HTTP/1.1⏎Host: {host}⏎⏎                                                                                  | 400 request-unreadable | closed
          an asterisk on OPTIONS          | OPTIONS * HTTP/1.1⏎Host: {host}⏎⏎                                                                              | 204                    | open
          CONNECT                         | CONNECT {host}:80 HTTP/1.1⏎Host: {host}:80⏎⏎                                                                   | 405 method-not-allowed | open

          # paths
          an encoded letter               | GET /%62{rest} HTTP/1.1⏎Host: {host}⏎⏎                                                                         | 200                    | open
          capitals                        | GET /{CID} HTTP/1.1⏎Host: {host}⏎⏎                                                                             | 200                    | open
          a slash behind it               | GET {piece}/ HTTP/1.1⏎Host: {host}⏎⏎                                                                           | 200                    | open
          two slashes before it           | GET /{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                                           | 200                    | open
          the long form, encoded          | GET /%70iece{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                                    | 200                    | open
          an encoded slash                | GET /piece%2FCID HTTP/1.1⏎Host: {host}⏎⏎                                                                       | 404 path-unknown       | open
          an encoded slash behind it      | GET {piece}%2F HTTP/1.1⏎Host: {host}⏎⏎                                                                         | 404 path-unknown       | open
          an encoding of an encoding      | GET /%2562{rest} HTTP/1.1⏎Host: {host}⏎⏎                                                                       | 404 path-unknown       | open
          a broken encoding               | GET {piece}%zz HTTP/1.1⏎Host: {host}⏎⏎                                                                         | 404 path-unknown       | open
          half an encoding                | GET {piece}%6 HTTP/1.1⏎Host: {host}⏎⏎                                                                          | 404 path-unknown       | open
          encoded NUL                     | GET {piece}%00 HTTP/1.1⏎Host: {host}⏎⏎                                                                         | 404 path-unknown       | open
          a fragment                      | GET {piece}#x HTTP/1.1⏎Host: {host}⏎⏎                                                                          | 404 path-unknown       | open
          dots                            | GET /x/..{piece} HTTP/1.1⏎Host: {host}⏎⏎                                                                       | 404 path-unknown       | open
          a script for a service worker   | GET {piece} HTTP/1.1⏎Host: {host}⏎Service-Worker: script⏎⏎                                                     | 403 service-worker     | open
          """)
  void aRequestHasOneMeaning(String name, String request, String answer, String connection)
      throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.client().port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(bytes(request + NEXT));

      Answer first = new EdgeClient.Exchange(socket, false).rest();
      assertThat((first.status() + " " + first.header("X-Error-Code")).strip()).isEqualTo(answer);
      assertThat(first.whole()).isTrue();
      if (connection.equals("open")) {
        assertThat(new EdgeClient.Exchange(socket, true).rest().status()).isEqualTo(200);
      } else {
        assertNothingFollows(socket);
      }
    }
  }

  /** The bytes that a request of the table stands for. */
  private byte[] bytes(String request) {
    String cid = piece.cid().toString();
    String host = payer.address() + ".localhost";
    String text =
        request
            .replace("{piece}", "/" + cid)
            .replace("{cid}", cid)
            .replace("{CID}", cid.toUpperCase(Locale.ROOT))
            .replace("{rest}", cid.substring(1))
            .replace("{payer}", payer.address().toString())
            .replace("{host}", host)
            .replace("{HOST}", host.toUpperCase(Locale.ROOT))
            .replace("⏎", "\r\n")
            .replace("␊", "\n")
            .replace("␍", "\r")
            .replace("⇥", "\t")
            .replace("␀", "\u0000")
            .replace("␁", "\u0001")
            .replace("␋", "\u000b");
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void assertNothingFollows(Socket socket) throws IOException {
    try {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }
}
