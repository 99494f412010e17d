package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.Http2Socket.Frame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
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
import org.junit.jupiter.params.provider.ValueSource;

/** What an edge makes of heads of HTTP/2 that are wrong, and of those that do not end. */
class Http2RulesIT extends EdgeTest {

  private static final int PROTOCOL_ERROR = 1;
  private static final int FLOW_CONTROL_ERROR = 3;
  private static final int PRIORITY = 0x20;
  private static final int PRIORITY_LENGTH = 5;
  private static final byte HEADER_TABLE_SIZE = 1;
  private static final byte INITIAL_WINDOW_SIZE = 4;

  /** The kinds of a header in a block (RFC 7541, 6): one that the table takes up, its newest. */
  private static final byte INTO_TABLE = 0x40;

  private static final byte LAST_IN_TABLE = (byte) (0x80 | 62);
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

  /**
   * Few bytes that stand for many: one long header, and then its number in the table over and over.
   */
  @Test
  void aHeadThatGrowsAsItIsReadIsNotRead() throws Exception {
    int times = 4_000;
    byte[] head =
        Http2Socket.block(":method", "GET", ":scheme", "http", ":path", "/" + piece.cid());
    byte[] inTable = Http2Socket.block("x", "a".repeat(3_900));
    inTable[0] = INTO_TABLE;
    ByteBuffer bomb = ByteBuffer.allocate(head.length + inTable.length + times);
    bomb.put(head).put(inTable);
    Arrays.fill(bomb.array(), bomb.position(), bomb.capacity(), LAST_IN_TABLE);
    try (Http2Socket client = new Http2Socket(edge.client().port())) {
      client.send(
          Http2Socket.frame(
              Http2Socket.HEADERS,
              Http2Socket.END_HEADERS | Http2Socket.END_STREAM,
              1,
              bomb.array()));

      Frame answer = client.next(frame -> frame.stream() == 1).orElseThrow();

      assertThat(new String(answer.payload(), StandardCharsets.ISO_8859_1)).endsWith("431");
    }
  }

  /** The table of a connection's headers is memory of the edge's. */
  @Test
  void aClientHasNoMoreHeadersRememberedThanTheEdgeLikes() throws Exception {
    try (Http2Socket client = new Http2Socket(edge.client().port())) {
      client.send(
          Http2Socket.frame(
              Http2Socket.SETTINGS, 0, 0, new byte[] {0, HEADER_TABLE_SIZE, -1, -1, -1, -1}),
          Http2Socket.get(1, host(), "/" + piece.cid()));

      Frame head = client.next(frame -> frame.type() == Http2Socket.HEADERS).orElseThrow();

      assertThat(tableSize(block(head))).isLessThanOrEqualTo(4_096);
    }
  }

  private static byte[] block(Frame head) {
    int begin = (head.flags() & PRIORITY) == 0 ? 0 : PRIORITY_LENGTH;
    return Arrays.copyOfRange(head.payload(), begin, head.payload().length);
  }

  /** The size that a block of headers sets the table to, if it does (RFC 7541, 6.3). */
  private static long tableSize(byte[] block) {
    long size = 0;
    for (int i = 0; (block[i] & 0xe0) == 0x20; i++) {
      size = block[i] & 0x1f;
      if (size == 0x1f) {
        int shift = 0;
        do {
          size += (long) (block[++i] & 0x7f) << shift;
          shift += 7;
        } while ((block[i] & 0x80) != 0);
      }
    }
    return size;
  }

  /** More bytes than fit in the count of what may be sent (RFC 9113, 6.9.1). */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aWindowThatOverflowsEndsItsStreamOrConnection(int stream) throws Exception {
    try (Http2Socket client = new Http2Socket(edge.client().port())) {
      client.send(
          Http2Socket.frame(
              Http2Socket.SETTINGS, 0, 0, new byte[] {0, INITIAL_WINDOW_SIZE, 0, 0, 0, 0}),
          Http2Socket.get(1, host(), "/" + piece.cid()),
          Http2Socket.number(Http2Socket.WINDOW_UPDATE, stream, Integer.MAX_VALUE),
          Http2Socket.number(Http2Socket.WINDOW_UPDATE, stream, Integer.MAX_VALUE));

      Frame end =
          client
              .next(
                  frame ->
                      frame.type() == Http2Socket.GOAWAY || frame.type() == Http2Socket.RST_STREAM)
              .orElseThrow();

      assertThat(end.type()).isEqualTo(stream == 0 ? Http2Socket.GOAWAY : Http2Socket.RST_STREAM);
      assertThat(end.errorCode()).isEqualTo(FLOW_CONTROL_ERROR);
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
