package io.filcdn.acceptance;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** A client that fetches pieces by chance, of which it takes all, a part or nothing. */
final class Visitor {

  private static final int QUIET_MILLIS = 1_500;

  private final InetAddress address;
  private final List<Offer> offers;
  private final Random random;
  private final Map<DataSetId, Taken> taken = new ConcurrentHashMap<>();

  /** A piece that can be asked for. */
  record Offer(TestDataSet dataSet, PieceCid cid, int size, String sha256) {

    static Offer of(TestDataSet dataSet, PieceCid cid, byte[] content) {
      return new Offer(dataSet, cid, content.length, Client.sha256(content));
    }

    URI url() {
      return dataSet.url(cid);
    }
  }

  /**
   * What it got of a data set.
   *
   * @param bytes of bodies
   * @param left requests that it left before their end
   */
  record Taken(long bytes, long left) {

    static final Taken NOTHING = new Taken(0, 0);

    Taken plus(Taken other) {
      return new Taken(bytes + other.bytes, left + other.left);
    }
  }

  Visitor(InetAddress address, List<Offer> offers, Random random) {
    this.address = address;
    this.offers = offers;
    this.random = random;
  }

  Taken taken(DataSetId dataSet) {
    return taken.getOrDefault(dataSet, Taken.NOTHING);
  }

  /** Takes all of a piece, and tells its hash. */
  String takeAll(Offer offer) {
    Download download = Client.get(address, offer.url());
    if (download.status() == 200) {
      count(offer, download.bytes(), download.whole());
    }
    return download.sha256();
  }

  private void count(Offer offer, long bytes, boolean whole) {
    taken.merge(offer.dataSet.id(), new Taken(bytes, whole ? 0 : 1), Taken::plus);
  }

  /** Asks for one piece, or a part of it, and does with the answer what it likes. */
  void act() {
    Offer offer = offers.get(random.nextInt(offers.size()));
    int from = random.nextInt(offer.size);
    String range =
        switch (random.nextInt(4)) {
          case 0 -> "Range: bytes=%d-%d\r\n".formatted(from, from + random.nextInt(offer.size));
          case 1 -> "Range: bytes=0-0\r\n";
          default -> "";
        };
    try (Connection connection = Connection.open(address, "GET", offer.url(), range)) {
      consume(connection, offer);
      if (!connection.isRefused()) {
        count(offer, connection.taken(), connection.isWhole());
      }
      connection.reset();
    } catch (UncheckedIOException e) {
      // the edge has no place for it
    }
  }

  private void consume(Connection connection, Offer offer) {
    switch (random.nextInt(4)) {
      case 0 -> connection.takeUntilQuiet(random.nextInt(offer.size), QUIET_MILLIS);
      case 1 -> connection.rest(random.nextInt(QUIET_MILLIS));
      case 2 -> connection.takeUntilQuiet(1, QUIET_MILLIS).rest(random.nextInt(QUIET_MILLIS));
      default -> connection.takeUntilQuiet(Long.MAX_VALUE, QUIET_MILLIS);
    }
  }
}
