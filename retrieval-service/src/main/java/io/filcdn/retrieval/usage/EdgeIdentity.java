package io.filcdn.retrieval.usage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.identity.EdgePrivateKey;
import io.filcdn.common.identity.RequestSignature;
import io.filcdn.common.identity.SignedMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * The identity of this edge to metrics: a name, and the key that it signs with. The key's file may
 * change while the edge runs.
 */
public final class EdgeIdentity {

  private static final Logger LOG = Logger.getLogger(EdgeIdentity.class);

  private final String edge;
  private final Path file;
  private final Clock clock;
  private final AtomicLong lastAt = new AtomicLong();
  private volatile Loaded loaded;

  private record Loaded(String pem, EdgePrivateKey key) {}

  /**
   * @param edge the name by which the operator's list of edges has the key
   * @param file the private key, as {@link EdgePrivateKey#ofPem} reads it
   * @throws IllegalStateException where it holds none
   */
  public EdgeIdentity(String edge, Path file, Clock clock) {
    this.edge = edge;
    this.file = file;
    this.clock = clock;
    try {
      this.loaded = load();
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException(trouble(e), e);
    }
  }

  /** Looks at the file again; one that holds no key changes nothing. */
  public void reload() {
    try {
      Loaded found = load();
      if (!found.pem.equals(loaded.pem)) {
        loaded = found;
        LOG.infof("this edge signs with another key now, that in %s", file);
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.errorf("%s; the last key stays", trouble(e));
    }
  }

  private Loaded load() throws IOException {
    String pem = Files.readString(file);
    return new Loaded(pem, EdgePrivateKey.ofPem(pem));
  }

  private String trouble(Exception e) {
    return "the edge's key cannot be read from %s: %s".formatted(file, e.getMessage());
  }

  /** The signature of an egress record, in Base64. */
  String sign(String record) {
    return loaded.key.sign(SignedMessage.egress(record.getBytes(UTF_8)));
  }

  /** The signature of a request; each has a later time than the one before that was believed. */
  RequestSignature sign(String path, String body) {
    long now = clock.millis();
    long at = lastAt.updateAndGet(last -> next(last, now));
    return RequestSignature.of(loaded.key, path, edge, at, body);
  }

  /** A clock that was so far ahead was not believed: it is put right, and nothing waits for it. */
  private static long next(long last, long now) {
    boolean wasBelieved = last - now <= RequestSignature.TOLERANCE.toMillis();
    return wasBelieved ? Math.max(last + 1, now) : now;
  }
}
