package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillHarm.Lost;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.testing.infra.TopicContents;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The books of bytes: what clients, edges and metrics say of the same. */
final class DrillBooks {

  private final Stack stack;
  private final Books books;

  /**
   * A promise, and what became of it.
   *
   * @param detail what was expected and found
   */
  record Finding(String promise, boolean kept, String detail) {

    /** That what should be nothing is nothing. */
    static Finding none(String promise, List<String> found) {
      return new Finding(promise, found.isEmpty(), found.isEmpty() ? "none" : "" + found);
    }

    /** That both say the same. */
    static Finding equal(String promise, Object expected, Object found) {
      return new Finding(
          promise, expected.equals(found), "expected %s, found %s".formatted(expected, found));
    }
  }

  DrillBooks(Stack stack, Books books) {
    this.stack = stack;
    this.books = books;
  }

  /**
   * Compares what clients took of a data set with what edges billed.
   *
   * @param elsewhere the bytes that were billed for no client of these
   */
  List<Finding> taken(DataSetId dataSet, DrillTakings takings, List<Lost> lost, long elsewhere) {
    List<Finding> all = new ArrayList<>();
    String of = " of " + dataSet;
    long taken = takings.bytes(dataSet);
    long whole = takings.wholeBytes(dataSet);
    long billed = books.egressBytes(dataSet) - elsewhere;
    long unbilled = books.unbilledBytes(dataSet);
    long most = taken + takings.unread(dataSet);
    all.add(
        new Finding(
            "no more is billed than clients took" + of,
            billed <= most,
            "billed %d, taken %d, at most %d".formatted(billed, taken, most)));
    long unwritten = takings.unwritten(dataSet, lost);
    all.add(
        new Finding(
            "what clients took to the end is billed" + of,
            billed + unwritten >= whole,
            "billed %d, taken to the end %d, in crashes at most %d"
                .formatted(billed, whole, unwritten)));
    all.add(
        new Finding(
            "no more is lost than crashes can" + of,
            billed + unbilled + unwritten >= taken,
            "billed %d, unbilled %d, taken %d, in crashes at most %d"
                .formatted(billed, unbilled, taken, unwritten)));
    return all;
  }

  /** Compares what edges told with what metrics counted of it. */
  List<Finding> told(DataSetOnChain dataSet) {
    String of = " of " + dataSet.id();
    UsageRecord odometer = books.counted(dataSet.id());
    return List.of(
        Finding.equal(
            "metrics counted what edges tell" + of,
            ByteCount.of(books.egressBytes(dataSet.id())),
            odometer.cdnBytes()),
        Finding.equal(
            "metrics counted what providers supplied" + of,
            ByteCount.of(books.fillBytes(dataSet.id())),
            odometer.cacheMissBytes()));
  }

  /** Looks whether a record was put aside. */
  Finding deadLetters() {
    return Finding.none(
        "no record is put aside",
        TopicContents.of(stack.kafka(), Topic.DEAD_LETTERS.topicName()).stream()
            .map(letter -> letter.value())
            .toList());
  }

  /** Looks whether quota was leased that there is not, or is held by nobody. */
  List<Finding> leases() {
    URI metrics = stack.management("metrics");
    return List.of(
        Finding.equal(
            "no quota is leased that was not paid for",
            OptionalDouble.of(0),
            MetricsPage.find(metrics, "filcdn_leases_overdrawn_bytes")),
        Finding.equal(
            "what is held is what journals hold",
            OptionalDouble.of(0),
            MetricsPage.find(metrics, "filcdn_leases_drift_bytes")));
  }
}
