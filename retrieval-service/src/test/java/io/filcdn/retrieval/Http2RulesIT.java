package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.Http2Socket.Frame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What an edge makes of heads of HTTP/2 that are wrong, and of those that do not end. */
class Http2RulesIT extends EdgeTest {

  private static final int PROTOCOL_ERROR = 1;
  private static final byte[] PING = Http2Socket.frame(Http2Socket.PING, 0, 0, new byte[8]);

  private Payer payer;
  private TestPiece piece;

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.http.head-timeout", "2s", "filcdn.retrieval.http.idle-timeout", "3s");
  }

  @BeforeAll
  void place() throws Exception {
    payer = newPayer();
    piece = placed(payer, 2_000);
  }

  private String host() {
    return payer.address() + ".localhost";
  }

  /** {host} is the payer's host; LF, CR and NUL are those characters. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          one host                       | :authority={host}                           | 200
          in host                        | host={host}                                 | 200
          the same twice                 | :authority={host},host={host}               | 200
          in other letters               | :authority={HOST},host={host}               | 200
          with a port, and without       | :authority={host}:80,host={host}            | 200
          with a dot, and without        | :authority={host}.,host={host}              | 200
          with a dot                     | :authority={host}.                          | 200
          two hosts                      | :authority={host},host=localhost            | reset
          two hosts, the other way       | :authority=localhost,host={host}            | reset
          host twice                     | :authority={host},host={host},host={host}   | reset
          no host                        | x=y                                         | reset
          an empty host                  | host=                                       | reset
          an empty authority             | :authority=                                 | reset
          an authority with a user       | :authority=me@{host}                        | reset
          a value with a line feed       | :authority={host},x=aLFb                    | reset
          a value with a carriage return | :authority={host},x=aCRb                    | reset
          a value with NUL               | :authority={host},x=aNULb                   | reset
          a value that ends a line       | :authority={host},x=aCRLF                   | reset
          a line feed in a known header  | :authority={host},user-agent=LFa            | reset
          a name in capitals             | :authority={host},X=y                       | reset
          a connection's header          | :authority={host},connection=close          | reset
          a coding                       | :authority={host},transfer-encoding=chunked | reset
          """)
  void aHeadHasOneMeaning(String name, String fields, String answer) throws Exception {
    List<String> head =
        new ArrayList<>(List.of(":method", "GET", ":scheme", "http", ":path", "/" + piece.cid()));
    for (String field : fields.split(",")) {
      String[] parts = field.split("=", -1);
      head.add(parts[0]);
      head.add(
          parts[1]
              .replace("CR", "\r")
              .replace("LF", "\n")
              .replace("NUL", "\u0000")
              .replace("{HOST}", host().toUpperCase(Locale.ROOT))
              .replace("{host}", host()));
    }
    try (Http2Socket client = new Http2Socket(edge.client().port())) {
      client.send(
          Http2Socket.frame(
              Http2Socket.HEADERS,
              Http2Socket.END_HEADERS | Http2Socket.END_STREAM,
              1,
              Http2Socket.block(head.toArray(String[]::new))));

      if (answer.equals("reset")) {
        Frame reset = client.next(frame -> frame.stream() == 1).orElseThrow();
        assertThat(reset.type()).isEqualTo(Http2Socket.RST_STREAM);
        assertThat(reset.errorCode()).isEqualTo(PROTOCOL_ERROR);
      } else {
        assertThat(client.dataOf(1)).isEqualTo(piece.bytes());
      }
      // the connection goes on
      client.send(Http2Socket.get(3, host(), "/" + piece.cid()));
      assertThat(client.dataOf(3)).isEqualTo(piece.bytes());
    }
  }

  /** A client that takes its time: what it begins with, and what it sends again and again. */
  enum Slow {
    NOTHING("", ""),
    LINE_OF_HTTP_1("", "G"),
    HEAD_OF_HTTP_1("GET / HTTP/1.1\r\nX: ", "a"),
    SECOND_HEAD_OF_HTTP_1("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nX: ", "a"),
    BODY_OF_HTTP_1("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n", "a"),
    PREFACE("PRI * HTTP/2.0\r\n\r\n", ""),
    SETTINGS(http2(Http2Socket.preface(), new byte[3]), ""),
    PINGS_BEFORE_A_HEAD(begun(), text(PING)),
    HEAD(begun(Arrays.copyOf(head(), 20)), ""),
    CONTINUATIONS(begun(openHead()), text(Http2Socket.frame(Http2Socket.CONTINUATION, 0, 1))),
    SECOND_HEAD(begun(head(), openHead(3)), ""),
    HALF_A_PING_AFTER_A_HEAD(begun(head(), Arrays.copyOf(PING, 12)), ""),
    PINGS_AFTER_A_HEAD(begun(head()), text(PING));

    private final String begin;
    private final String again;

    Slow(String begin, String again) {
      this.begin = begin;
      this.again = again;
    }

    private static String begun(byte[]... frames) {
      return http2(Http2Socket.preface(), Http2Socket.frame(Http2Socket.SETTINGS, 0, 0))
          + http2(frames);
    }

    private static String http2(byte[]... frames) {
      StringBuilder all = new StringBuilder();
      Arrays.stream(frames).forEach(frame -> all.append(text(frame)));
      return all.toString();
    }

    private static byte[] head() {
      return Http2Socket.get(1, "localhost", "/");
    }

    private static byte[] openHead() {
      return openHead(1);
    }

    private static byte[] openHead(int stream) {
      return Http2Socket.frame(Http2Socket.HEADERS, 0, stream, Http2Socket.block(":method", "GET"));
    }

    private static String text(byte[] bytes) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatDoesNotEndEndsItsConnection(Slow slow) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.client().port())) {
      socket.setSoTimeout(250);
      socket.getOutputStream().write(slow.begin.getBytes(StandardCharsets.ISO_8859_1));

      int pauses = 0;
      boolean ended = false;
      while (!ended && pauses < 200) {
        ended = readsEnd(socket, slow.again.getBytes(StandardCharsets.ISO_8859_1));
        pauses++;
      }

      assertThat(ended).isTrue();
    }
  }

  /** Reads until the end, or until nothing has come for a while, after which it sends some more. */
  private static boolean readsEnd(Socket socket, byte[] more) throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        // what comes is looked at elsewhere
      }
      return true;
    } catch (SocketTimeoutException pause) {
      return sendFails(socket, more);
    } catch (SocketException reset) {
      return true;
    }
  }

  private static boolean sendFails(Socket socket, byte[] more) {
    try {
      socket.getOutputStream().write(more);
      return false;
    } catch (IOException ended) {
      return true;
    }
  }

  @Test
  void streamsThatTakeLongerThanAHeadGoOn() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece slow = newPiece(30_000);
    provider.with(slow, new TestProvider.Fault.WaitsAfter(1, goOn));
    place(slow, payer.address(), payer.dataSet());
    CompletableFuture.delayedExecutor(5, TimeUnit.SECONDS).execute(goOn::countDown);

    try (Http2Socket client = new Http2Socket(edge.client().port())) {
      client.send(Http2Socket.get(1, host(), "/" + slow.cid()));
      assertThat(client.dataOf(1)).isEqualTo(slow.bytes());
    }
  }
}
