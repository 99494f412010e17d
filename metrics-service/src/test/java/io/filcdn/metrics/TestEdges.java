package io.filcdn.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.identity.EdgeKey;
import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.common.identity.EdgePrivateKey;
import io.filcdn.common.identity.RequestSignature;
import io.filcdn.common.identity.SignedMessage;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.quota.LeaseDesk.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The honest edges of tests: on the operator's list, and sharing a key that tests know. */
final class TestEdges {

  static final String EDGE = "edge-0";

  /** Written down, as Quarkus loads this class a second time for what it runs. */
  static final EdgeKeyPair PAIR =
      new EdgeKeyPair(
          """
          -----BEGIN PRIVATE KEY-----
          MC4CAQAwBQYDK2VwBCIEIEwek7ZfbaeJU6zp45h9M2AwFlBimVpm221RZt/4bQx4
          -----END PRIVATE KEY-----
          """,
          EdgeKey.of("MCowBQYDK2VwAyEAp6m42F5sm6bMiTiLKVBOSKXSf0XRX1R534bTK0NmrvY="));

  private static final EdgePrivateKey KEY = PAIR.privateKey();
  private static final AtomicLong LAST = new AtomicLong(System.nanoTime() / 1_000_000);
  private static final Path LIST = write();

  private TestEdges() {}

  /** The operator's list. */
  static Path list() {
    return LIST;
  }

  private static Path write() {
    try {
      Path file = Files.createTempFile("filcdn-edges", ".json");
      file.toFile().deleteOnExit();
      return Files.writeString(file, listOf(Map.of("edge", PAIR, EDGE, PAIR)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A list of edges, each with one key. */
  static String listOf(Map<String, EdgeKeyPair> edges) {
    return RecordJson.write(
        edges.entrySet().stream()
            .map(e -> Map.of("edge", e.getKey(), "publicKey", e.getValue().publicKey().text()))
            .toList());
  }

  static String sign(String record) {
    return KEY.sign(SignedMessage.egress(record.getBytes(UTF_8)));
  }

  /** The {@code Authorization} of a request by {@link #EDGE}, signed at {@code millis}. */
  static String authorization(String edge, String path, String body, long millis) {
    return RequestSignature.of(KEY, path, edge, millis, body).header();
  }

  /** What a lease request is answered that nobody refuses. */
  static LeaseAnswer lease(LeaseDesk desk, LeaseRequest request) {
    return done(desk.lease(request, LAST.incrementAndGet()));
  }

  /** Whether a journal of {@link #EDGE} was drained. */
  static boolean end(LeaseDesk desk, JournalEnd end) {
    return done(desk.end(end, EDGE)).drained();
  }

  private static <T> T done(Reply<T> reply) {
    if (reply instanceof Reply.Done<T>(T answer)) {
      return answer;
    }
    throw new AssertionError("expected an answer, found " + reply);
  }
}
