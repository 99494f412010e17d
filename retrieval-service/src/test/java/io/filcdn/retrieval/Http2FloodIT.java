package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.Http2Socket.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients that send frame after frame for nothing: each kind ends in GOAWAY, after so many frames
 * at most, and the event loops have spent next to nothing on it. What is measured is reported.
 */
class Http2FloodIT extends EdgeTest {

  /** The most frames that go unanswered, whatever they are. */
  private static final int BOUND = 1_100;

  /** What time adds to it. */
  private static final int FRAMES_A_SECOND = 10;

  private static final Duration PROCESSOR_TIME = Duration.ofSeconds(2);
  private static final byte[] PING = Http2Socket.frame(Http2Socket.PING, 0, 0, new byte[8]);
  private static final int UNKNOWN = 0xee;
  private static final int LOOK_EVERY = 20;
  private static final int PAUSE_MILLIS = 20;
  private static final int LONGEST_MILLIS = 20_000;
  private static final int INITIAL_WINDOW_SIZE = 4;

  private Payer payer;
  private TestPiece piece;

  @BeforeAll
  void place() throws Exception {
    payer = newPayer();
    piece = placed(payer, 1_000_000);
    get(payer, piece);
  }

  /** The floods: what each begins with, and its frames. */
  enum Flood {
    RAPID_RESET,
    RESETS_BY_THE_SERVER,
    HEADS_THAT_ARE_MALFORMED,
    REQUESTS_BEYOND_THE_STREAMS,
    SETTINGS,
    SETTINGS_THAT_CHANGE_WINDOWS,
    ACKNOWLEDGED_SETTINGS,
    PING,
    ACKNOWLEDGED_PING,
    EMPTY_DATA,
    SMALL_DATA,
    PRIORITY,
    WINDOW_OF_THE_CONNECTION,
    WINDOW_BYTE_BY_BYTE,
    UNKNOWN_FRAMES,
    EMPTY_CONTINUATION,
    SMALL_CONTINUATION
  }

  private byte[] open(int stream) {
    return Http2Socket.get(stream, payer.address() + ".localhost", "/" + piece.cid());
  }

  private static byte[] post(int stream) {
    return Http2Socket.frame(
        Http2Socket.HEADERS,
        Http2Socket.END_HEADERS,
        stream,
        Http2Socket.block(
            ":method", "POST", ":scheme", "http", ":authority", "localhost", ":path", "/"));
  }

  private static byte[] windows(int size) {
    return Http2Socket.frame(
        Http2Socket.SETTINGS, 0, 0, new byte[] {0, INITIAL_WINDOW_SIZE, 0, 0, 0, (byte) size});
  }

  /** What comes before the flood. */
  private byte[] first(Flood flood) {
    return switch (flood) {
      case EMPTY_DATA, SMALL_DATA -> post(1);
      case WINDOW_BYTE_BY_BYTE, SETTINGS_THAT_CHANGE_WINDOWS ->
          joined(windows(0), open(1), open(3), open(5));
      case REQUESTS_BEYOND_THE_STREAMS -> windows(0);
      case EMPTY_CONTINUATION, SMALL_CONTINUATION ->
          Http2Socket.frame(Http2Socket.HEADERS, 0, 1, Http2Socket.block(":method", "GET"));
      default -> new byte[0];
    };
  }

  /** The {@code n}th turn of a flood: one frame, or a request and what ends it. */
  private byte[] turn(Flood flood, int n) {
    int stream = 2 * n + 1;
    return switch (flood) {
      case RAPID_RESET ->
          joined(open(stream), Http2Socket.number(Http2Socket.RST_STREAM, stream, 8));
      case RESETS_BY_THE_SERVER ->
          joined(open(stream), Http2Socket.number(Http2Socket.WINDOW_UPDATE, stream, 0));
      case HEADS_THAT_ARE_MALFORMED ->
          Http2Socket.frame(
              Http2Socket.HEADERS,
              Http2Socket.END_HEADERS | Http2Socket.END_STREAM,
              stream,
              Http2Socket.block(":method", "GET", ":scheme", "http", ":path", "/"));
      case REQUESTS_BEYOND_THE_STREAMS -> open(stream);
      case SETTINGS -> Http2Socket.frame(Http2Socket.SETTINGS, 0, 0);
      case SETTINGS_THAT_CHANGE_WINDOWS -> windows(n % 2);
      case ACKNOWLEDGED_SETTINGS -> Http2Socket.frame(Http2Socket.SETTINGS, Http2Socket.ACK, 0);
      case PING -> PING;
      case ACKNOWLEDGED_PING ->
          Http2Socket.frame(Http2Socket.PING, Http2Socket.ACK, 0, new byte[8]);
      case EMPTY_DATA -> Http2Socket.frame(Http2Socket.DATA, 0, 1);
      case SMALL_DATA -> Http2Socket.frame(Http2Socket.DATA, 0, 1, (byte) 'a');
      case PRIORITY -> Http2Socket.frame(Http2Socket.PRIORITY, 0, 3, new byte[] {0, 0, 0, 0, 1});
      case WINDOW_OF_THE_CONNECTION -> Http2Socket.number(Http2Socket.WINDOW_UPDATE, 0, 1);
      case WINDOW_BYTE_BY_BYTE -> Http2Socket.number(Http2Socket.WINDOW_UPDATE, 1, 1);
      case UNKNOWN_FRAMES -> Http2Socket.frame(UNKNOWN, 0, 0);
      case EMPTY_CONTINUATION -> Http2Socket.frame(Http2Socket.CONTINUATION, 0, 1);
      case SMALL_CONTINUATION -> Http2Socket.frame(Http2Socket.CONTINUATION, 0, 1, new byte[1]);
    };
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void aFloodEndsInGoaway(Flood flood, TestReporter reporter) throws Exception {
    long begin = System.nanoTime();
    Duration before = eventLoops();
    int turns = 0;
    boolean sentAway = false;
    try (Http2Socket client = new Http2Socket(edge.client().port())) {
      client.send(first(flood));
      while (!sentAway && turns < 3 * BOUND) {
        boolean ended = !sends(client, turn(flood, turns++));
        // what is on its way to a busy edge counts too: at the bound, it is waited for
        boolean enough = turns >= bound(begin);
        sentAway =
            (ended || enough || turns % LOOK_EVERY == 0)
                && isSentAway(client, enough ? LONGEST_MILLIS : PAUSE_MILLIS);
      }
    }
    Duration spent = eventLoops().minus(before);

    reporter.publishEntry(
        flood.toString(), turns + " turns, " + spent.toNanos() / 1_000 + " µs of processor time");
    assertThat(sentAway).isTrue();
    assertThat(turns).isLessThanOrEqualTo(bound(begin));
    assertThat(spent).isLessThan(PROCESSOR_TIME);
    assertThat(get(payer, piece).status()).isEqualTo(200);
  }

  /** The frames that a client may have sent by now. */
  private static int bound(long begin) {
    long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds() + 1;
    return Math.toIntExact(BOUND + FRAMES_A_SECOND * seconds);
  }

  private static boolean sends(Http2Socket client, byte[] frames) {
    try {
      client.send(frames);
      return true;
    } catch (IOException ended) {
      return false;
    }
  }

  /** Reads what has come; whether GOAWAY was among it. */
  private static boolean isSentAway(Http2Socket client, int pauseMillis) throws IOException {
    while (client.comes(pauseMillis)) {
      Optional<Frame> frame = client.next();
      assertThat(frame).as("the end of the connection tells why").isPresent();
      if (frame.orElseThrow().type() == Http2Socket.GOAWAY) {
        assertThat(frame.orElseThrow().errorCode()).isNotZero();
        return true;
      }
    }
    return false;
  }

  /** The processor time of all event loops so far. */
  private static Duration eventLoops() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (long id : threads.getAllThreadIds()) {
      var info = threads.getThreadInfo(id);
      if (info != null && info.getThreadName().startsWith("vert.x-eventloop-thread")) {
        nanos += threads.getThreadCpuTime(id);
      }
    }
    return Duration.ofNanos(nanos);
  }
}
